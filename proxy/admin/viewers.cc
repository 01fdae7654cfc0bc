#include "proxy/admin/viewers.h"

#include <event2/buffer.h>
#include <event2/http.h>

#include <utility>

#include "lib/net/connection_watch.h"

namespace evenkeel::admin {
namespace {

size_t Unsent(evhttp_request& request) {
  return net::UnsentBytes(
      evhttp_connection_get_bufferevent(evhttp_request_get_connection(&request)));
}

}  // namespace

std::string ServerSentEvent(std::string_view name, std::string_view data) {
  std::string text = "event: ";
  text.append(name).append("\ndata: ").append(data).append("\n\n");
  return text;
}

Viewers::~Viewers() {
  for (auto& each : viewers_) End(*each);
}

void Viewers::Add(evhttp_request& request, const std::string& first) {
  DropGone();
  viewers_.push_back(std::make_unique<Viewer>(Viewer{&request}));
  evkeyvalq* const headers = evhttp_request_get_output_headers(&request);
  evhttp_add_header(headers, "Content-Type", "text/event-stream");
  evhttp_add_header(headers, "Cache-Control", "no-store");
  evhttp_add_header(headers, "X-Content-Type-Options", "nosniff");
  // evhttp leaves the request to us when its client goes.
  evhttp_connection_set_closecb(
      evhttp_request_get_connection(&request),
      [](evhttp_connection*, void* viewer) { static_cast<Viewer*>(viewer)->gone = true; },
      viewers_.back().get());
  evhttp_send_reply_start(&request, HTTP_OK, nullptr);
  Write(*viewers_.back(), first);
}

void Viewers::Write(Viewer& viewer, const std::string& message) {
  evbuffer* const bytes = evbuffer_new();
  if (bytes == nullptr) return;
  evbuffer_add(bytes, message.data(), message.size());
  evhttp_send_reply_chunk(viewer.request, bytes);
  evbuffer_free(bytes);
}

void Viewers::Send(const std::string& message) {
  for (auto& each : viewers_) {
    if (each->gone) continue;
    if (Unsent(*each->request) <= kMaxUnsent) {
      each->missed = 0;
      Write(*each, message);
    } else if (++each->missed >= kMaxMissed) {
      End(*each);
    }
  }
  DropGone();
}

void Viewers::DropGone() {
  std::erase_if(viewers_, [](const auto& each) {
    if (each->gone && each->request != nullptr) End(*each);
    return each->gone;
  });
}

// A request whose client has gone is freed by its reply; one that has a connection goes with it.
void Viewers::End(Viewer& viewer) {
  evhttp_request* const request = std::exchange(viewer.request, nullptr);
  if (request == nullptr) return;
  evhttp_connection* const connection = evhttp_request_get_connection(request);
  if (std::exchange(viewer.gone, true) || connection == nullptr) {
    return evhttp_send_reply_end(request);
  }
  evhttp_connection_set_closecb(connection, nullptr, nullptr);
  evhttp_connection_free(connection);
}

}  // namespace evenkeel::admin
