#include "proxy/route/fault_injection.h"

#include <algorithm>

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
  if (!IsMeant(request)) return fault;
  if (fault_.delay && Hits(fault_.delay->percentage, random)) fault.delay = fault_.delay->time;
  if (fault_.abort && Hits(fault_.abort->percentage, random)) fault.abort = &status_;
  return fault;
}

bool FaultInjection::IsMeant(const http2::HeaderList& request) const {
  return std::ranges::all_of(fault_.metadata, [&](const config::Metadata& wanted) {
    for (const http2::HeaderField field : request) {
      if (field.name == wanted.name && field.value == wanted.value) return true;
    }
    return false;
  });
}

}  // namespace evenkeel::proxy
