#include "proxy/route/fault_injection.h"

#include "proxy/route/header_match.h"

namespace evenkeel::proxy {
namespace {

bool Hits(double percentage, base::Random& random) { return random.Unit() * 100 < percentage; }

}  // namespace

FaultInjection::FaultInjection(const config::Fault& fault) : fault_(fault) {
  if (!fault_.abort) return;
  const auto code = rpc::StatusNamed(fault_.abort->status);
  status_ = {code.value_or(rpc::StatusCode::kUnavailable), fault_.abort->message};
}

FaultInjection::Fault FaultInjection::Draw(const http2::HeaderList& request,
                                           base::Random& random) const {
  Fault fault;
  if (!HasAll(request, fault_.metadata)) return fault;
  if (fault_.delay && Hits(fault_.delay->percentage, random)) fault.delay = fault_.delay->time;
  if (fault_.abort && Hits(fault_.abort->percentage, random)) fault.abort = &status_;
  return fault;
}

}  // namespace evenkeel::proxy
