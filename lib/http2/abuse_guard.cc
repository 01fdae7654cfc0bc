#include "lib/http2/abuse_guard.h"

namespace evenkeel::http2 {

std::string_view AbuseText(Abuse abuse) {
  switch (abuse) {
    case Abuse::kNone:
      break;
    case Abuse::kResets:
      return "too many streams reset before their response";
    case Abuse::kIdleFrames:
      return "too many frames that bring no call further";
    case Abuse::kUnreadAnswers:
      return "too many frames that want an answer, none of them read";
    case Abuse::kEndlessBlock:
      return "a header block that does not end";
    case Abuse::kInflatedBlock:
      return "a header block that stands for far more than its bytes";
  }
  return "";
}

}  // namespace evenkeel::http2
