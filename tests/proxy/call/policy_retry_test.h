// PolicyRetryTest: a sidecar whose route has a policy of retries.
#pragma once

#include <string>

#include "tests/lib/telemetry/scrape.h"
#include "tests/proxy/sidecar_test.h"

namespace evenkeel::proxy {

class PolicyRetryTest : public SidecarTest {
 protected:
  PolicyRetryTest() {
    route().cluster = "users";
    config::Retry& retry = route().calls.retry.emplace();
    retry.attempts = 3;
    retry.initial_backoff = retry.max_backoff = std::chrono::milliseconds(1);
  }

  config::Route& route() {
    auto& routes = config_.listeners[0].Edit().routes;
    return routes.empty() ? routes.emplace_back() : routes[0];
  }
  config::Retry& retry() { return *route().calls.retry; }

  /// Headers, then a status in trailers, as an application that failed late sends them.
  static void AnswerInTrailers(StreamLog& log, const std::string& status, const Fields& more = {}) {
    Respond(log);
    Fields fields = {{"grpc-status", status}};
    fields.insert(fields.end(), more.begin(), more.end());
    log.stream->SubmitTrailers(http2::ToHeaderList(fields));
  }
  double Count(const std::string& name) const {
    return telemetry::Scrape(metrics_.Text()).Sum("evenkeel_client_call_" + name + "_total");
  }
};

}  // namespace evenkeel::proxy
