// Viewers: those who watch a stream of server-sent events (HTML, section 9.2), each on its
// connection to the admin port.
//
// What is sent is made once for all. One who reads too slowly misses messages, and one who reads
// nothing for long is dropped, so that nobody costs memory. evhttp's requests belong to who
// answers them: here from Add on. On the loop's thread; destroyed before the evhttp.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct evhttp_request;

namespace evenkeel::admin {

/// "event: tick\ndata: …\n\n"; `data` is one line.
std::string ServerSentEvent(std::string_view name, std::string_view data);

class Viewers {
 public:
  static constexpr size_t kMax = 16;
  /// Bytes that may wait for a viewer; above, it misses messages.
  static constexpr size_t kMaxUnsent = 256 * 1024;
  /// Messages in a row; who has missed so many is dropped.
  static constexpr size_t kMaxMissed = 10;

  Viewers() = default;
  ~Viewers();
  Viewers(const Viewers&) = delete;
  Viewers& operator=(const Viewers&) = delete;

  bool full() const { return viewers_.size() >= kMax; }
  bool empty() const { return viewers_.empty(); }
  /// Not for a full one. `first` is what it is sent at once.
  void Add(evhttp_request& request, const std::string& first);
  void Send(const std::string& message);

 private:
  struct Viewer {
    evhttp_request* request;
    size_t missed = 0;
    bool gone = false;  // its client closed; the request is ours alone
  };

  static void Write(Viewer& viewer, const std::string& message);
  void DropGone();
  static void End(Viewer& viewer);

  std::vector<std::unique_ptr<Viewer>> viewers_;
};

}  // namespace evenkeel::admin
