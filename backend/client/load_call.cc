#include "backend/client/load_call.h"

#include "backend/client/channel.h"

namespace evenkeel::backend {
namespace {

class UnaryLoadCall final : public LoadCall, private Completion {
 public:
  using LoadCall::LoadCall;

  void Start() override {
    reader_ =
        connection_.stub.PrepareUnaryCall(&context_, connection_.plan.path(),
                                          connection_.plan.Request(number_, 0), &connection_.queue);
    reader_->StartCall();
    reader_->Finish(&response_, &status_, static_cast<Completion*>(this));
  }

 private:
  void Complete(bool /*ok*/) override { connection_.owner.OnFinished(*this); }

  grpc::ByteBuffer response_;
  std::unique_ptr<grpc::GenericClientAsyncResponseReader> reader_;
};

// Reads and writes at the same time; ends when there is nothing more to read.
class StreamLoadCall final : public LoadCall {
 public:
  using LoadCall::LoadCall;

  void Start() override {
    stream_ = connection_.stub.PrepareCall(&context_, connection_.plan.path(), &connection_.queue);
    stream_->StartCall(Begin(started_));
  }

 private:
  class Step final : public Completion {
   public:
    using Handler = void (StreamLoadCall::*)(bool ok);
    Step(StreamLoadCall* call, Handler handler) : call_(*call), handler_(handler) {}
    void Complete(bool ok) override { call_.Dispatch(handler_, ok); }

   private:
    StreamLoadCall& call_;
    const Handler handler_;
  };

  Completion* Begin(Step& step) {
    ++pending_;
    return &step;
  }

  void Dispatch(Step::Handler handler, bool ok) {
    --pending_;
    (this->*handler)(ok);
    if (pending_ == 0) connection_.owner.OnFinished(*this);
  }

  void OnStarted(bool ok) {
    if (ok) WriteNext();
    stream_->Read(&response_, Begin(read_));
  }

  void WriteNext() {
    const uint32_t index = written_count_++;
    grpc::WriteOptions options;
    // The last request and the half-close leave in one frame, as in a unary call.
    if (written_count_ == connection_.plan.requests()) options.set_last_message();
    stream_->Write(connection_.plan.Request(number_, index), options, Begin(written_));
  }

  void OnWritten(bool ok) {
    if (ok && written_count_ < connection_.plan.requests()) WriteNext();
  }

  void OnRead(bool ok) {
    if (ok) {
      stream_->Read(&response_, Begin(read_));
    } else {
      stream_->Finish(&status_, Begin(finished_));
    }
  }

  void OnFinished(bool /*ok*/) {}

  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> stream_;
  grpc::ByteBuffer response_;
  uint32_t written_count_ = 0;
  int pending_ = 0;
  Step started_{this, &StreamLoadCall::OnStarted};
  Step written_{this, &StreamLoadCall::OnWritten};
  Step read_{this, &StreamLoadCall::OnRead};
  Step finished_{this, &StreamLoadCall::OnFinished};
};

}  // namespace

std::unique_ptr<LoadCall> LoadCall::Make(const Connection& connection, uint64_t number,
                                         base::Time due) {
  if (connection.plan.unary()) return std::make_unique<UnaryLoadCall>(connection, number, due);
  return std::make_unique<StreamLoadCall>(connection, number, due);
}

LoadCall::LoadCall(const Connection& connection, uint64_t number, base::Time due)
    : connection_(connection), number_(number), due_(due) {
  Prepare(context_, connection.options);
}

}  // namespace evenkeel::backend
