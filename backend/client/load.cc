// RunLoad: puts generator, live table and summary together.
#include <cstdio>
#include <fstream>
#include <iostream>

#include "backend/client/commands.h"
#include "backend/client/interrupt.h"
#include "backend/client/live_table.h"
#include "backend/client/load_generator.h"

namespace evenkeel::backend {
namespace {

int WriteJson(const std::string& file, const std::string& json) {
  if (file == "-") {
    std::cout << json << std::flush;
    return 0;
  }
  std::ofstream out(file);
  out << json << std::flush;
  if (out) return 0;
  std::cerr << "user-client: cannot write " << file << std::endl;
  return kCallFailed;
}

int ExitCode(const LoadRun& run, const LoadSnapshot& total) {
  const uint64_t succeeded = total.calls - total.failed;
  if (succeeded == 0) return kCallFailed;
  if (run.options.failures == LoadOptions::Failures::kAllow) return 0;
  // After Ctrl-C, calls cut off are what the person asked for.
  const bool cut_off = run.end == LoadRun::End::kComplete && (total.abandoned + run.unstarted > 0);
  return total.failed > 0 || cut_off ? kCallFailed : 0;
}

}  // namespace

int RunLoad(const ClientOptions& options) {
  LoadStats stats;
  LoadGenerator generator(options, stats);
  const Interrupt interrupt([&generator] { generator.Interrupt(); });
  if (!generator.Connect()) {
    std::cerr << "user-client: cannot connect to " << options.target->ToString() << " within "
              << "--connect-timeout" << std::endl;
    return kCannotConnect;
  }
  const bool json_on_stdout = options.load->json == "-";
  LiveTable table(
      stats, [&generator] { return generator.Progress(); }, json_on_stdout ? stderr : stdout);
  generator.Run();
  table.Finish();
  const LoadRun run = generator.Progress();
  const LoadSnapshot total = stats.Snapshot();
  int json_code = 0;
  if (options.load->json) json_code = WriteJson(*options.load->json, FormatJson(run, total));
  const int code = ExitCode(run, total);
  return code != 0 ? code : json_code;
}

}  // namespace evenkeel::backend
