#include "backend/client/load_plan.h"

#include "backend/note.h"
#include "user/v1/user_service.pb.h"

namespace evenkeel::backend {
namespace {

// Every replica starts with at least these, unless told otherwise.
constexpr uint32_t kUsers = 100;
// With larger notes one request has to do, to keep memory small.
constexpr uint32_t kLargeNote = 64 * 1024;

grpc::ByteBuffer Serialize(const google::protobuf::Message& message) {
  const grpc::Slice slice(message.SerializeAsString());
  return {&slice, 1};
}

user::v1::User MakeUser(uint32_t number, uint32_t note_size) {
  user::v1::User user;
  user.set_user_id("load-" + std::to_string(number));
  user.set_name("Load " + std::to_string(number));
  user.set_email(user.user_id() + "@example.com");
  user.set_note(MakeNote(note_size));
  return user;
}

grpc::ByteBuffer MakeRequest(const ClientOptions& options, uint32_t number) {
  switch (options.method) {
    case Method::kGet: {
      user::v1::GetUserRequest request;
      request.set_user_id("user-" + std::to_string(number));
      request.set_note_size(options.note_size);
      return Serialize(request);
    }
    case Method::kList: {
      user::v1::ListUsersRequest request;
      request.set_limit(options.load->messages);
      request.set_note_size(options.note_size);
      return Serialize(request);
    }
    case Method::kCreate:
      return Serialize(MakeUser(number, options.note_size));
    case Method::kWatch:
      return Serialize(user::v1::WatchUsersRequest());
    case Method::kSync: {
      user::v1::SyncUsersRequest request;
      *request.mutable_user() = MakeUser(number, options.note_size);
      return Serialize(request);
    }
  }
  return {};
}

}  // namespace

LoadPlan::LoadPlan(const ClientOptions& options)
    : method_(options.method),
      path_("/user.v1.UserService/" + std::string(MethodName(options.method))) {
  if (method_ == Method::kCreate || method_ == Method::kSync) requests_ = options.load->messages;
  const uint32_t count = options.note_size > kLargeNote ? 1 : kUsers;
  for (uint32_t number = 1; number <= count; ++number) {
    messages_.push_back(MakeRequest(options, number));
  }
}

}  // namespace evenkeel::backend
