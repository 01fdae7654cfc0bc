// FitAnswer: the last fields of an answer, cut to what the client takes.
#pragma once

#include <cstddef>

#include "lib/http/header_list.h"
#include "lib/rpc/status.h"

namespace evenkeel::rpc {

/// Makes `fields`, which end an answer with `status`, fit `limit` (HeaderList::list_size): a larger
/// list may cost the client its whole connection. What does not fit loses its metadata and as much
/// of grpc-message as it must; where that would make an OK answer incomplete, the status becomes
/// RESOURCE_EXHAUSTED. Returns the status that it then has.
StatusCode FitAnswer(http2::HeaderList& fields, size_t limit, StatusCode status);

}  // namespace evenkeel::rpc
