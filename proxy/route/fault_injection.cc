#include "proxy/route/fault_injection.h"

#include <algorithm>

namespace evenkeel::proxy {
namespace {

bool Hits(double percentage, base::Random& random) { return random.Unit() * 100 < percentage; }

rpc::StatusCode CodeNamed(const std::string& name) {
  for (int i = 0; i < rpc::kStatusCodeCount; ++i) {
    const auto code = static_cast<rpc::StatusCode>(i);
    if (rpc::StatusName(code) == name) return code;
  }
  return rpc::StatusCode::kUnavailable;
}

}  // namespace

FaultInjection::FaultInjection(const config::Fault& fault) : fault_(fault) {
  if (fault_.abort) status_ = {CodeNamed(fault_.abort->status), fault_.abort->message};
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
