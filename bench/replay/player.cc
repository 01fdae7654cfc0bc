#include "bench/replay/player.h"

#include <utility>

#include "bench/usual_fields.h"

namespace evenkeel::bench {
namespace {

std::span<const uint8_t> Bytes(const std::string& text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

}  // namespace

ClientPlayer::ClientPlayer(net::EventLoop& loop, size_t streams, std::string message)
    : Player(loop, http2::Role::kClient), message_(std::move(message)), slots_(streams) {
  request_ = UsualRequest("10S");
  for (Slot& slot : slots_) slot.player = this;
}

void ClientPlayer::PlayBatch() {
  constexpr int kLongest = 9'999'999;  // microseconds
  for (Slot& slot : slots_) {
    ++open_;
    // Another for each call, as the time since its caller's deadline was set: what repeats would
    // cost less to compress, whenever the clock happens to make it repeat.
    request_.Set("grpc-timeout", std::to_string(kLongest - timeouts_++ % 1'000'000) + "u");
    slot.stream = connection().session().OpenStream(request_, http2::EndStream::kNo, slot);
    slot.stream->SubmitData(Bytes(message_), http2::EndStream::kYes);
  }
}

void ClientPlayer::Slot::OnTrailers(http2::HeaderList trailers) {
  if (trailers.Find("grpc-status") == "0") ++player->succeeded_;
}

void ClientPlayer::Slot::OnClosed(const http2::StreamEnd&) { --player->open_; }

EndpointPlayer::EndpointPlayer(net::EventLoop& loop, std::string message)
    : Player(loop, http2::Role::kServer), message_(std::move(message)) {
  headers_ = UsualResponse();
  trailers_ = UsualTrailers();
}

void EndpointPlayer::OnRequest(http2::StreamHandle stream, http2::HeaderList, http2::EndStream) {
  if (free_.empty()) {
    free_.push_back(slots_.emplace_back(std::make_unique<Slot>()).get());
    free_.back()->player = this;
  }
  Slot* slot = free_.back();
  free_.pop_back();
  slot->stream = std::move(stream);
  slot->stream->SetHandler(*slot);
}

void EndpointPlayer::Slot::OnData(std::span<const uint8_t> bytes, http2::EndStream end) {
  stream->ReturnCredit(bytes.size());
  if (end == http2::EndStream::kNo) return;
  stream->SubmitHeaders(player->headers_, http2::EndStream::kNo);
  stream->SubmitData(Bytes(player->message_), http2::EndStream::kNo);
  stream->SubmitTrailers(player->trailers_);
}

}  // namespace evenkeel::bench
