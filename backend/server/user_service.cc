#include "backend/server/user_service.h"

#include <deque>
#include <set>
#include <string>

#include "backend/note.h"
#include "backend/server/user_call.h"

namespace evenkeel::backend {
namespace {

using Service = user::v1::UserService::AsyncService;

/// Events kept for a watcher that reads slowly; one more ends its stream.
constexpr size_t kMaxWaitingEvents = 1024;

grpc::Status CheckNoteSize(uint32_t size) {
  if (size <= kMaxNoteSize) return grpc::Status::OK;
  return {grpc::StatusCode::INVALID_ARGUMENT, "note_size is " + std::to_string(size) +
                                                  ", at most " + std::to_string(kMaxNoteSize) +
                                                  " is allowed"};
}

grpc::Status CheckUser(const user::v1::User& user) {
  if (user.user_id().empty()) return {grpc::StatusCode::INVALID_ARGUMENT, "user_id is empty"};
  if (user.user_id().size() > UserDirectory::kMaxIdSize) {
    return {grpc::StatusCode::INVALID_ARGUMENT,
            "user_id has " + std::to_string(user.user_id().size()) + " bytes, at most " +
                std::to_string(UserDirectory::kMaxIdSize) + " are allowed"};
  }
  return grpc::Status::OK;
}

grpc::Status DirectoryFull() {
  return {grpc::StatusCode::RESOURCE_EXHAUSTED,
          "this replica already has " + std::to_string(UserDirectory::kMaxUsers) + " users"};
}

class GetUserCall final : public UserCall {
 public:
  GetUserCall(CallSet& calls, Replica& replica, Service& service)
      : UserCall(calls, replica), service_(service) {
    service.RequestGetUser(&context(), &request_, &responder_, queue(), queue(), BeginMatch());
  }

 private:
  void Renew() override { calls().Start<GetUserCall>(replica(), service_); }

  void Start() override {
    const grpc::Status status = CheckNoteSize(request_.note_size());
    if (!status.ok()) return End(status);
    Work();
  }

  void Worked() override {
    const user::v1::User* const user = replica().directory.Find(request_.user_id());
    if (user == nullptr) {
      return End({grpc::StatusCode::NOT_FOUND, "no user \"" + request_.user_id() + "\""});
    }
    response_ = *user;
    if (request_.note_size() > 0) response_.set_note(MakeNote(request_.note_size()));
    End(grpc::Status::OK);
  }

  void SendStatus(const grpc::Status& status) override {
    if (status.ok()) {
      responder_.Finish(response_, status, Begin(finished_));
    } else {
      responder_.FinishWithError(status, Begin(finished_));
    }
  }

  void OnFinished(bool /*ok*/) {}

  Service& service_;
  user::v1::GetUserRequest request_;
  user::v1::User response_;
  grpc::ServerAsyncResponseWriter<user::v1::User> responder_{&context()};
  Step finished_{this, &GetUserCall::OnFinished};
};

class ListUsersCall final : public UserCall {
 public:
  ListUsersCall(CallSet& calls, Replica& replica, Service& service)
      : UserCall(calls, replica), service_(service) {
    service.RequestListUsers(&context(), &request_, &writer_, queue(), queue(), BeginMatch());
  }

 private:
  void Renew() override { calls().Start<ListUsersCall>(replica(), service_); }

  void Start() override {
    const grpc::Status status = CheckNoteSize(request_.note_size());
    if (!status.ok()) return End(status);
    Work();
  }

  void Worked() override {
    Greet();
    WriteNext();
  }

  void WriteNext() {
    const user::v1::User* const user = replica().directory.After(response_.user_id());
    const bool enough = request_.limit() > 0 && written_count_ == request_.limit();
    if (user == nullptr || enough) return End(grpc::Status::OK);
    response_ = *user;
    if (request_.note_size() > 0) response_.set_note(MakeNote(request_.note_size()));
    ++written_count_;
    writer_.Write(response_, Begin(written_));
  }

  void OnWritten(bool ok) {
    if (ok) WriteNext();
  }

  void SendStatus(const grpc::Status& status) override { writer_.Finish(status, Begin(finished_)); }
  void OnFinished(bool /*ok*/) {}

  Service& service_;
  user::v1::ListUsersRequest request_;
  user::v1::User response_;
  uint32_t written_count_ = 0;
  grpc::ServerAsyncWriter<user::v1::User> writer_{&context()};
  Step written_{this, &ListUsersCall::OnWritten};
  Step finished_{this, &ListUsersCall::OnFinished};
};

class CreateUsersCall final : public UserCall {
 public:
  CreateUsersCall(CallSet& calls, Replica& replica, Service& service)
      : UserCall(calls, replica), service_(service) {
    service.RequestCreateUsers(&context(), &reader_, queue(), queue(), BeginMatch());
  }

 private:
  void Renew() override { calls().Start<CreateUsersCall>(replica(), service_); }
  void Start() override { reader_.Read(&user_, Begin(read_)); }

  void OnRead(bool ok) {
    if (!ok) return Work();  // half-closed; or gone, which Ended tells
    const grpc::Status status = Keep();
    if (!status.ok()) return End(status);
    reader_.Read(&user_, Begin(read_));
  }

  grpc::Status Keep() {
    grpc::Status status = CheckUser(user_);
    if (!status.ok()) return status;
    switch (replica().directory.Put(user_)) {
      case user::v1::CHANGE_CREATED:
        response_.set_created(response_.created() + 1);
        break;
      case user::v1::CHANGE_REPLACED:
        response_.set_replaced(response_.replaced() + 1);
        break;
      default:
        return DirectoryFull();
    }
    response_.set_note_bytes(response_.note_bytes() + user_.note().size());
    checksum_.Add(user_.note());
    return grpc::Status::OK;
  }

  void Worked() override {
    response_.set_note_checksum(checksum_.value());
    End(grpc::Status::OK);
  }

  void SendStatus(const grpc::Status& status) override {
    if (status.ok()) {
      reader_.Finish(response_, status, Begin(finished_));
    } else {
      reader_.FinishWithError(status, Begin(finished_));
    }
  }
  void OnFinished(bool /*ok*/) {}

  Service& service_;
  user::v1::User user_;
  user::v1::CreateUsersResponse response_;
  NoteChecksum checksum_;
  grpc::ServerAsyncReader<user::v1::CreateUsersResponse, user::v1::User> reader_{&context()};
  Step read_{this, &CreateUsersCall::OnRead};
  Step finished_{this, &CreateUsersCall::OnFinished};
};

// Writes one event at a time and keeps the rest; takes no slot, as it only waits.
class WatchUsersCall final : public UserCall, private UserDirectory::Watcher {
 public:
  WatchUsersCall(CallSet& calls, Replica& replica, Service& service)
      : UserCall(calls, replica), service_(service) {
    service.RequestWatchUsers(&context(), &request_, &writer_, queue(), queue(), BeginMatch());
  }

  void OnDrain() override {
    if (running()) EndSoon({grpc::StatusCode::UNAVAILABLE, "this replica shuts down"});
  }

 private:
  void Renew() override { calls().Start<WatchUsersCall>(replica(), service_); }

  void Start() override {
    wanted_.insert(request_.user_ids().begin(), request_.user_ids().end());
    Greet();
    writing_ = true;
    writer_.SendInitialMetadata(Begin(written_));
    watch_ = replica().directory.AddWatcher(*this);
    if (calls().draining()) OnDrain();
  }

  void OnEvent(const UserDirectory::Event& event) override {
    if (!end_.ok()) return;
    if (!wanted_.empty() && !wanted_.contains(event->user().user_id())) return;
    if (waiting_.size() == kMaxWaitingEvents) {
      return EndSoon({grpc::StatusCode::RESOURCE_EXHAUSTED,
                      "the watcher is " + std::to_string(kMaxWaitingEvents) + " events behind"});
    }
    waiting_.push_back(event);
    if (!writing_) WriteNext();
  }

  // A status may not be sent while a write is under way.
  void EndSoon(const grpc::Status& status) {
    if (ended_) return;
    end_ = status;
    waiting_.clear();
    if (!writing_) WriteNext();
  }

  void WriteNext() {
    if (!end_.ok()) {
      ended_ = true;
      return End(end_);
    }
    if (waiting_.empty()) return;
    current_ = std::move(waiting_.front());
    waiting_.pop_front();
    writing_ = true;
    writer_.Write(*current_, Begin(written_));
  }

  void OnWritten(bool ok) {
    writing_ = false;
    if (ok) WriteNext();
  }

  void SendStatus(const grpc::Status& status) override {
    ended_ = true;
    writer_.Finish(status, Begin(finished_));
  }
  void OnFinished(bool /*ok*/) {}

  void Ended() override {
    watch_.End();
    waiting_.clear();
    UserCall::Ended();
  }

  Service& service_;
  user::v1::WatchUsersRequest request_;
  std::set<std::string> wanted_;
  std::deque<UserDirectory::Event> waiting_;
  UserDirectory::Event current_;
  bool writing_ = false;
  bool ended_ = false;
  grpc::Status end_;
  grpc::ServerAsyncWriter<user::v1::UserEvent> writer_{&context()};
  Step written_{this, &WatchUsersCall::OnWritten};
  Step finished_{this, &WatchUsersCall::OnFinished};
  UserDirectory::Watch watch_;
};

class SyncUsersCall final : public UserCall {
 public:
  SyncUsersCall(CallSet& calls, Replica& replica, Service& service)
      : UserCall(calls, replica), service_(service) {
    service.RequestSyncUsers(&context(), &stream_, queue(), queue(), BeginMatch());
  }

 private:
  void Renew() override { calls().Start<SyncUsersCall>(replica(), service_); }

  void Start() override { stream_.Read(&request_, Begin(read_)); }

  void OnRead(bool ok) {
    if (!ok) return End(grpc::Status::OK);
    const grpc::Status status = CheckUser(request_.user());
    if (!status.ok()) return End(status);
    response_.set_change(replica().directory.Put(request_.user()));
    if (response_.change() == user::v1::CHANGE_UNSPECIFIED) return End(DirectoryFull());
    response_.mutable_user()->Swap(request_.mutable_user());
    Work();
  }

  void Worked() override {
    Greet();
    stream_.Write(response_, Begin(written_));
  }

  void OnWritten(bool ok) {
    if (ok) stream_.Read(&request_, Begin(read_));
  }

  void SendStatus(const grpc::Status& status) override { stream_.Finish(status, Begin(finished_)); }
  void OnFinished(bool /*ok*/) {}

  Service& service_;
  user::v1::SyncUsersRequest request_;
  user::v1::SyncUsersResponse response_;
  grpc::ServerAsyncReaderWriter<user::v1::SyncUsersResponse, user::v1::SyncUsersRequest> stream_{
      &context()};
  Step read_{this, &SyncUsersCall::OnRead};
  Step written_{this, &SyncUsersCall::OnWritten};
  Step finished_{this, &SyncUsersCall::OnFinished};
};

}  // namespace

void UserService::Serve(CallSet& calls) {
  calls.Start<GetUserCall>(replica_, service_);
  calls.Start<ListUsersCall>(replica_, service_);
  calls.Start<CreateUsersCall>(replica_, service_);
  calls.Start<WatchUsersCall>(replica_, service_);
  calls.Start<SyncUsersCall>(replica_, service_);
}

}  // namespace evenkeel::backend
