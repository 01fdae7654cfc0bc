// LoadGenerator: starts the calls of a load when they are due and records how they end.
//
// Two threads: Run's, which keeps the pace, and its own for the completion queue, which records and
// in a closed loop starts the next call. Neither waits for the other or for a call.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "backend/client/load_call.h"
#include "backend/client/load_stats.h"
#include "backend/client/report.h"
#include "backend/client/schedule.h"

namespace evenkeel::backend {

class LoadGenerator final : private LoadCall::Owner {
 public:
  /// `options.load` must be there. Both must outlive it.
  LoadGenerator(const ClientOptions& options, LoadStats& stats);
  ~LoadGenerator();

  /// Makes the connections; false: one of them could not be made. Once, before Run.
  bool Connect();

  /// Puts on the load and waits for its last call. Calls that outlast their deadline, or end_limit
  /// without one, are cancelled: "abandoned". Once.
  void Run();

  /// Starts no more calls, and gives those under way a second. Any thread.
  void Interrupt();

  /// Where the load is now. Any thread.
  LoadRun Progress() const;

 private:
  struct Connection {
    std::shared_ptr<grpc::Channel> channel;
    std::unique_ptr<grpc::GenericStub> stub;
    std::unique_ptr<LoadCall::Connection> shared;
  };

  void RunOpenLoop();
  void RunClosedLoop();
  void AwaitEnd();
  void Complete();

  void OnFinished(LoadCall& call) override;
  void Record(const LoadCall& call, base::Time now);

  // Whether another call may start; counts it if so.
  bool Reserve(uint64_t* number);
  void Start(size_t connection, uint64_t number, base::Time due);

  const ClientOptions& options_;
  const LoadOptions& load_;
  LoadStats& stats_;
  const LoadPlan plan_;
  grpc::CompletionQueue queue_;
  std::vector<Connection> connections_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::unordered_map<LoadCall*, std::unique_ptr<LoadCall>> calls_;
  bool interrupted_ = false;
  bool cancelled_ = false;
  bool ended_ = false;
  uint64_t started_ = 0;
  uint64_t unstarted_ = 0;
  base::Time start_;
  base::Time end_;  // no call starts from then on
  base::Time last_start_;
  base::Time last_finish_;
};

}  // namespace evenkeel::backend
