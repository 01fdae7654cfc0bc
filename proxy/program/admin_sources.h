// AdminSources: what the admin pages show of the sidecar that runs here: plain values of the
// server, the reloader, the metrics and the log, made for each request.
#pragma once

#include "lib/base/clock.h"
#include "lib/telemetry/log.h"
#include "lib/telemetry/metrics.h"
#include "proxy/admin/sources.h"
#include "proxy/program/reloader.h"
#include "proxy/server/server.h"

namespace evenkeel::proxy {

/// All must outlive the result, whose functions run on the main thread.
admin::Sources AdminSources(Server& server, const base::Clock& clock, telemetry::Metrics& metrics,
                            Reloader& reloader, telemetry::Log& log);

/// The same with what the dashboard shows.
admin::Sources WithDashboard(admin::Sources sources, Server& server, const base::Clock& clock,
                             telemetry::Metrics& metrics, Reloader& reloader);

}  // namespace evenkeel::proxy
