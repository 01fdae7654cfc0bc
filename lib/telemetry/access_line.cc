#include "lib/telemetry/access_line.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>

#include "lib/base/check.h"
#include "lib/telemetry/json_text.h"

namespace evenkeel::telemetry {
namespace {

using std::chrono::microseconds;

template <typename Value>
void AppendDecimal(std::string& out, Value number) {
  std::array<char, 32> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

void AppendHex(std::string& out, uint64_t number) {
  constexpr char kHex[] = "0123456789abcdef";
  for (int shift = 60; shift >= 0; shift -= 4) out += kHex[(number >> shift) & 0xf];
}

// From the call's start to `time`; -1: it was not reached.
int64_t Since(const CallRecord& call, base::Time time) {
  if (time == base::Time{}) return -1;
  return std::chrono::duration_cast<microseconds>(time - call.started).count();
}

std::string_view CauseName(rpc::Cause cause) {
  switch (cause) {
    case rpc::Cause::kLocal:
      return "local";
    case rpc::Cause::kAnswered:
      return "answered";
    case rpc::Cause::kReset:
      return "reset";
    case rpc::Cause::kLost:
      return "lost";
    case rpc::Cause::kRefused:
      return "refused";
    case rpc::Cause::kNotConnected:
      return "not_connected";
    case rpc::Cause::kNeverSent:
      return "never_sent";
    case rpc::Cause::kShed:
      return "shed";
    case rpc::Cause::kTooLarge:
      return "too_large";
    case rpc::Cause::kDeadline:
      return "deadline";
    case rpc::Cause::kNoRoom:
      return "no_room";
    case rpc::Cause::kTryTimeout:
      return "try_timeout";
    case rpc::Cause::kTryUnsent:
      return "try_unsent";
    case rpc::Cause::kCancelled:
      return "cancelled";
  }
  CHECK(!"a value outside Cause");
}

struct NamedFlag {
  CallFlag flag;
  std::string_view name;
};

constexpr NamedFlag kFlags[] = {
    {CallFlag::kRetried, "retried"}, {CallFlag::kHedged, "hedged"},
    {CallFlag::kMoved, "moved"},     {CallFlag::kMirrored, "mirrored"},
    {CallFlag::kFault, "fault"},     {CallFlag::kReplayOverflow, "replay_overflow"},
};

// What a `grpc-message` says. A '%' that begins no encoded byte stands for itself.
std::string DecodeMessage(std::string_view encoded) {
  std::string message;
  message.reserve(encoded.size());
  for (size_t i = 0; i < encoded.size(); ++i) {
    unsigned byte = 0;
    const char* const digits = encoded.data() + i + 1;
    if (encoded[i] == '%' && i + 2 < encoded.size() &&
        std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2) {
      message += static_cast<char>(byte);
      i += 2;
    } else {
      message += encoded[i];
    }
  }
  return message;
}

struct Stage {
  std::string_view name;  // in JSON
  std::string_view word;  // in text; empty: it is not there
  base::Time CallRecord::*time;
};

constexpr Stage kStages[] = {
    {"queue_us", "q", &CallRecord::sent_on},
    {"pick_us", "pick", &CallRecord::picked},
    {"stream_us", "stream", &CallRecord::opened},
    {"request_end_us", "", &CallRecord::request_ended},
    {"first_byte_us", "first", &CallRecord::answer_started},
    {"first_message_us", "", &CallRecord::first_message},
    {"last_byte_us", "last", &CallRecord::last_byte},
    {"duration_us", "", &CallRecord::ended},
    {"deadline_us", "", &CallRecord::deadline},
};

std::string_view MethodOf(const CallRecord& call) {
  return call.path.starts_with('/') ? call.path.substr(1) : call.path;
}

// Endpoints send theirs percent-encoded.
std::string WordsOf(const CallRecord& call) {
  return call.origin == rpc::Origin::kEndpoint ? DecodeMessage(call.message)
                                               : std::string(call.message);
}

// A map of JSON; what is empty is left out.
class JsonMap {
 public:
  explicit JsonMap(std::string& out) : out_(out) { out_ += '{'; }

  void Raw(std::string_view key, std::string_view prefix = {}) {
    if (out_.back() != '{') out_ += ',';
    out_ += '"';
    out_ += prefix;
    out_ += key;
    out_ += "\":";
  }
  // `word` needs no escapes.
  void Word(std::string_view key, std::string_view word) {
    Raw(key);
    out_ += '"';
    out_ += word;
    out_ += '"';
  }
  void Text(std::string_view key, std::string_view text) {
    if (text.empty()) return;
    Raw(key);
    AppendJsonString(out_, text);
  }
  template <typename Value>
  void Number(std::string_view key, Value number, std::string_view prefix = {}) {
    Raw(key, prefix);
    AppendDecimal(out_, number);
  }
  void End() { out_ += '}'; }

 private:
  std::string& out_;
};

void AppendAttempts(std::string& out, const CallRecord& call) {
  out += '[';
  for (const AttemptRecord& each : call.tries) {
    if (out.back() != '[') out += ',';
    JsonMap map(out);
    map.Text("endpoint", each.endpoint);
    map.Text("zone", each.zone);
    map.Word("kind", AttemptKindName(each.kind));
    map.Number("start_us", Since(call, each.started));
    map.Number("stream_us", Since(call, each.opened));
    map.Number("first_byte_us", Since(call, each.answered));
    map.Number("end_us", Since(call, each.ended));
    if (each.ended != base::Time{}) {
      map.Word("status", rpc::StatusName(each.status));
      map.Word("origin", rpc::OriginName(each.origin));
      map.Word("cause", CauseName(each.cause));
    }
    map.Raw("won");
    out += each.won ? "true" : "false";
    map.End();
  }
  out += ']';
}

void AppendFlags(std::string& out, const CallRecord& call) {
  out += '[';
  for (const auto& [flag, name] : kFlags) {
    if (!call.Has(flag)) continue;
    if (out.back() != '[') out += ',';
    out += '"';
    out += name;
    out += '"';
  }
  out += ']';
}

void AppendTrace(JsonMap& map, std::string& out, const TraceIds& trace) {
  if (trace.trace_high == 0 && trace.trace_low == 0) return;
  map.Raw("trace_id");
  out += '"';
  AppendHex(out, trace.trace_high);
  AppendHex(out, trace.trace_low);
  out += "\",\"span_id\":\"";
  AppendHex(out, trace.span);
  out += trace.sampled ? "\",\"trace_flags\":1" : "\",\"trace_flags\":0";
}

void AppendJson(std::string& out, const RingedCall& ringed, std::string_view stamp,
                const AccessLineWriter::Facts& facts) {
  const CallRecord& call = ringed.record;
  JsonMap map(out);
  map.Word("ts", stamp);
  map.Word("msg", "call");
  AppendTrace(map, out, call.trace);
  map.Word("rpc.system.name", "grpc");
  map.Text("rpc.method", MethodOf(call));
  const std::string_view status = rpc::StatusName(call.status);
  map.Word("rpc.status_code", status);
  if (call.status != rpc::StatusCode::kOk) map.Word("error.type", status);
  map.Text("client.address", call.client);
  map.Text("server.address", ringed.authority);
  map.Text("user_agent.original", ringed.user_agent);
  map.Text("evenkeel.status_message", WordsOf(call));
  map.Word("evenkeel.origin", rpc::OriginName(call.origin));
  map.Word("evenkeel.cause", CauseName(call.cause));
  map.Text("evenkeel.reason", call.reason);
  map.Text("evenkeel.listener", call.listener);
  map.Text("evenkeel.route", call.route);
  map.Text("evenkeel.cluster", call.cluster);
  map.Text("evenkeel.endpoint", call.endpoint);
  if (!call.tries.empty()) map.Text("evenkeel.zone", call.tries.back().zone);
  map.Number("evenkeel.worker", facts.worker);
  for (const Stage& each : kStages)
    map.Number(each.name, Since(call, call.*each.time), "evenkeel.");
  map.Number("evenkeel.request.bytes", call.request_bytes);
  map.Number("evenkeel.response.bytes", call.answer_bytes);
  map.Number("evenkeel.attempt_count", call.attempts);
  map.Raw("evenkeel.attempts");
  AppendAttempts(out, call);
  map.Raw("evenkeel.flags");
  AppendFlags(out, call);
  map.Number("evenkeel.sample_rate", facts.sample_rate);
  map.End();
}

// Milliseconds, "12.4", to the microsecond; "-": it was not reached.
void AppendMilliseconds(std::string& out, int64_t micros) {
  if (micros < 0) {
    out += '-';
  } else {
    AppendDecimal(out, static_cast<double>(micros) / 1000);
  }
}

// What is one word of printable ASCII stands for itself.
void AppendPlainOrQuoted(std::string& out, std::string_view text) {
  const auto is_plain = [](char c) { return c > ' ' && c <= '~' && c != '"' && c != '\\'; };
  if (text.empty()) {
    out += '-';
  } else if (std::ranges::all_of(text, is_plain)) {
    out += text;
  } else {
    AppendJsonString(out, text);
  }
}

void AppendEnd(std::string& out, rpc::StatusCode status, rpc::Origin origin, rpc::Cause cause) {
  out += rpc::StatusName(status);
  if (status == rpc::StatusCode::kOk) return;
  out += " by ";
  out += rpc::OriginName(origin);
  out += " (";
  out += CauseName(cause);
  out += ')';
}

void AppendTries(std::string& out, const CallRecord& call) {
  out += " attempts=[";
  for (const AttemptRecord& each : call.tries) {
    if (out.back() != '[') out += ", ";
    out += AttemptKindName(each.kind);
    out += ' ';
    AppendPlainOrQuoted(out, each.endpoint);
    out += ' ';
    if (each.ended != base::Time{}) {
      AppendEnd(out, each.status, each.origin, each.cause);
    } else {
      out += "unfinished";
    }
    out += ' ';
    AppendMilliseconds(out, Since(call, each.started));
    out += "..";
    AppendMilliseconds(out, Since(call, each.ended));
    if (each.won) out += " won";
  }
  out += ']';
}

void AppendText(std::string& out, const RingedCall& ringed, std::string_view stamp,
                const AccessLineWriter::Facts& facts) {
  const CallRecord& call = ringed.record;
  out += stamp;
  out += " call ";
  AppendPlainOrQuoted(out, MethodOf(call));
  out += ' ';
  AppendEnd(out, call.status, call.origin, call.cause);
  out += ' ';
  AppendMilliseconds(out, Since(call, call.ended));
  out += "ms";
  for (const Stage& each : kStages) {
    if (each.word.empty()) continue;
    out += ' ';
    out += each.word;
    out += '=';
    AppendMilliseconds(out, Since(call, call.*each.time));
  }
  out += ' ';
  AppendPlainOrQuoted(out, call.endpoint);
  out += " tries=";
  AppendDecimal(out, call.attempts);
  out += ' ';
  AppendDecimal(out, call.request_bytes);
  out += "B>";
  AppendDecimal(out, call.answer_bytes);
  out += "B from ";
  AppendPlainOrQuoted(out, call.client);
  if (!call.reason.empty()) {
    out += " reason=";
    AppendPlainOrQuoted(out, call.reason);
  }
  if (call.trace.trace_high != 0 || call.trace.trace_low != 0) {
    out += " trace=";
    AppendHex(out, call.trace.trace_high);
    AppendHex(out, call.trace.trace_low);
  }
  if (call.tries.size() > 1) AppendTries(out, call);
  for (const auto& [flag, name] : kFlags) {
    if (call.Has(flag)) (out += ' ') += name;
  }
  if (facts.sample_rate < 1) {
    out += " sample_rate=";
    AppendDecimal(out, facts.sample_rate);
  }
  if (!call.message.empty()) {
    out += " message=";
    AppendJsonString(out, WordsOf(call));
  }
}

}  // namespace

void AccessLineWriter::Append(std::string& out, const RingedCall& call, const Facts& facts) {
  const auto since_epoch = std::chrono::duration_cast<std::chrono::system_clock::duration>(
      call.record.started.time_since_epoch());
  const std::string_view stamp = StampOf(facts.epoch + since_epoch);
  if (format_ == LogFormat::kJson) {
    AppendJson(out, call, stamp, facts);
  } else {
    AppendText(out, call, stamp, facts);
  }
  out += '\n';
}

// RFC 3339, UTC, to the microsecond. Calls come one after the other: the second is mostly known.
std::string_view AccessLineWriter::StampOf(std::chrono::system_clock::time_point time) {
  constexpr size_t kToSecond = sizeof "2026-01-01T00:00:00" - 1;
  const auto whole = std::chrono::floor<std::chrono::seconds>(time);
  if (whole.time_since_epoch() != second_) {
    second_ = whole.time_since_epoch();
    const std::time_t seconds = std::chrono::system_clock::to_time_t(whole);
    std::tm utc{};
    gmtime_r(&seconds, &utc);
    std::array<char, 40> text;
    stamp_.assign(text.data(),
                  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S.000000Z", &utc));
  }
  int64_t micros = std::chrono::floor<microseconds>(time - whole).count();
  for (size_t digit = kToSecond + 6; digit > kToSecond; --digit, micros /= 10) {
    stamp_[digit] = static_cast<char>('0' + micros % 10);
  }
  return stamp_;
}

}  // namespace evenkeel::telemetry
