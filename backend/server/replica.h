// Replica: what all calls of one user-service process share, whichever service they belong to.
// One thread: the completion queue's.
#pragma once

#include "backend/server/load_meter.h"
#include "backend/server/options.h"
#include "backend/server/orca_reporter.h"
#include "backend/server/process_usage.h"
#include "backend/server/token_interceptor.h"
#include "backend/server/user_directory.h"
#include "backend/server/work_time.h"
#include "backend/server/worker_slots.h"
#include "backend/steady_clock.h"

namespace evenkeel::backend {

struct Replica {
  explicit Replica(const ServerOptions& options)
      : id(options.id),
        reports_in_trailers(options.orca == ServerOptions::Orca::kTrailer ||
                            options.orca == ServerOptions::Orca::kBoth),
        directory(options.users),
        work_time(options.latency, options.latency_jitter, options.seed),
        // Any other seed will do; with the same one, slow calls would be the ones that fail.
        faults(options.fail_rate, options.seed + 1),
        fail_status(static_cast<grpc::StatusCode>(options.fail_status)),
        tokens(options.require_token),
        meter(clock, options.concurrency),
        slots(options.concurrency, [this](size_t busy) { meter.BusyChanged(busy); }) {}

  std::string id;
  const bool reports_in_trailers;
  SteadyClock clock;
  UserDirectory directory;
  WorkTime work_time;
  FaultInjector faults;
  const grpc::StatusCode fail_status;
  TokenInterceptor tokens;
  LoadMeter meter;
  ProcessUsage usage{clock};
  WorkerSlots slots;
  OrcaReporter orca{meter, usage, slots};
};

}  // namespace evenkeel::backend
