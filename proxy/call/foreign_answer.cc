#include "proxy/call/foreign_answer.h"

#include <cstdlib>

namespace evenkeel::proxy {
namespace {

std::string_view Value(const http2::HeaderList& headers, std::string_view name) {
  return headers.Find(name).value_or("");
}

}  // namespace

rpc::Status StatusOfForeign(const http2::HeaderList& headers, const std::string& address) {
  const std::string_view http_status = Value(headers, ":status");
  std::string text = "endpoint " + address + " answered HTTP " + std::string(http_status);
  if (const auto status = rpc::ParseStatus(Value(headers, "grpc-status"))) return {*status, text};
  text +=
      " without grpc-status, content-type \"" + std::string(Value(headers, "content-type")) + "\"";
  return {rpc::StatusFromHttp(std::atoi(std::string(http_status).c_str())), text};
}

}  // namespace evenkeel::proxy
