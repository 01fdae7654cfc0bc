// RunCall: single calls with grpc++'s synchronous stubs, as an application would make them.
#include <cstdio>
#include <iostream>
#include <thread>

#include "backend/client/channel.h"
#include "backend/client/commands.h"
#include "backend/client/interrupt.h"
#include "backend/note.h"
#include "user/v1/user_service.grpc.pb.h"

namespace evenkeel::backend {
namespace {

using user::v1::User;
using Stub = user::v1::UserService::Stub;

std::string By(const grpc::ClientContext& context) {
  const std::string replica = ServedBy(context);
  return replica.empty() ? "" : " [" + replica + "]";
}

void Print(const User& user) {
  std::cout << user.user_id() << "  " << user.name() << "  <" << user.email() << ">";
  if (!user.note().empty()) std::cout << "  note of " << user.note().size() << " bytes";
}

int End(const ClientOptions& options, const grpc::ClientContext& context,
        const grpc::Status& status) {
  if (status.ok()) return 0;
  std::cerr << MethodName(options.method) << " failed: " << rpc::StatusName(CodeOf(status)) << ": "
            << status.error_message() << By(context) << std::endl;
  return kCallFailed;
}

int WrongAnswer(const ClientOptions& options, const std::string& what) {
  std::cerr << MethodName(options.method) << ": wrong answer: " << what << std::endl;
  return kCallFailed;
}

User MakeUser(const ClientOptions& options, uint32_t number) {
  User user;
  user.set_user_id(options.prefix + std::to_string(number));
  user.set_name("User " + user.user_id());
  user.set_email(user.user_id() + "@example.com");
  user.set_note(MakeNote(options.note_size));
  return user;
}

int Get(Stub& stub, const ClientOptions& options) {
  int code = 0;
  const std::string note = MakeNote(options.note_size);
  for (const std::string& user_id : options.user_ids) {
    grpc::ClientContext context;
    Prepare(context, options);
    user::v1::GetUserRequest request;
    request.set_user_id(user_id);
    request.set_note_size(options.note_size);
    User user;
    const grpc::Status status = stub.GetUser(&context, request, &user);
    if (!status.ok()) {
      code = End(options, context, status);
      continue;
    }
    Print(user);
    std::cout << By(context) << std::endl;
    if (user.note() != note) code = WrongAnswer(options, "the note is not what was asked for");
  }
  return code;
}

int List(Stub& stub, const ClientOptions& options) {
  grpc::ClientContext context;
  Prepare(context, options);
  user::v1::ListUsersRequest request;
  request.set_limit(options.count);
  request.set_note_size(options.note_size);
  const std::string note = MakeNote(options.note_size);
  const auto reader = stub.ListUsers(&context, request);
  uint32_t count = 0;
  uint64_t wrong = 0;
  User user;
  while (reader->Read(&user)) {
    Print(user);
    std::cout << '\n';
    ++count;
    if (user.note() != note) ++wrong;
    std::this_thread::sleep_for(options.read_delay);
  }
  const grpc::Status status = reader->Finish();
  if (!status.ok()) return End(options, context, status);
  std::cout << count << " users" << By(context) << std::endl;
  if (wrong > 0) return WrongAnswer(options, std::to_string(wrong) + " notes were damaged");
  return 0;
}

int Create(Stub& stub, const ClientOptions& options) {
  grpc::ClientContext context;
  Prepare(context, options);
  user::v1::CreateUsersResponse response;
  const auto writer = stub.CreateUsers(&context, &response);
  NoteChecksum checksum;
  for (uint32_t number = 1; number <= options.count; ++number) {
    const User user = MakeUser(options, number);
    checksum.Add(user.note());
    if (!writer->Write(user)) break;  // Finish will say why
  }
  writer->WritesDone();
  const grpc::Status status = writer->Finish();
  if (!status.ok()) return End(options, context, status);
  std::cout << response.created() << " created, " << response.replaced() << " replaced, "
            << response.note_bytes() << " bytes of notes" << By(context) << std::endl;
  const bool complete = response.created() + response.replaced() == options.count &&
                        response.note_checksum() == checksum.value();
  return complete ? 0 : WrongAnswer(options, "not everything arrived as sent");
}

int Sync(Stub& stub, const ClientOptions& options) {
  grpc::ClientContext context;
  Prepare(context, options);
  const auto stream = stub.SyncUsers(&context);
  bool as_sent = true;
  user::v1::SyncUsersRequest request;
  user::v1::SyncUsersResponse response;
  for (uint32_t number = 1; number <= options.count; ++number) {
    *request.mutable_user() = MakeUser(options, number);
    if (!stream->Write(request) || !stream->Read(&response)) break;
    std::cout << (response.change() == user::v1::CHANGE_CREATED ? "created   " : "replaced  ");
    Print(response.user());
    std::cout << By(context) << std::endl;
    as_sent = as_sent && response.user().user_id() == request.user().user_id() &&
              response.user().note() == request.user().note();
  }
  stream->WritesDone();
  while (stream->Read(&response)) as_sent = false;
  const grpc::Status status = stream->Finish();
  if (!status.ok()) return End(options, context, status);
  return as_sent ? 0 : WrongAnswer(options, "an answer was not the user that was sent");
}

int Watch(Stub& stub, const ClientOptions& options) {
  grpc::ClientContext context;
  Prepare(context, options);
  user::v1::WatchUsersRequest request;
  request.mutable_user_ids()->Add(options.user_ids.begin(), options.user_ids.end());
  const auto reader = stub.WatchUsers(&context, request);
  const Interrupt interrupt([&context] { context.TryCancel(); });
  reader->WaitForInitialMetadata();
  if (const std::string by = By(context); !by.empty()) std::cout << "watching" << by << std::endl;
  user::v1::UserEvent event;
  uint32_t count = 0;
  while (reader->Read(&event)) {
    std::cout << event.sequence()
              << (event.change() == user::v1::CHANGE_CREATED ? "  created   " : "  replaced  ");
    Print(event.user());
    std::cout << std::endl;
    if (++count == options.count) context.TryCancel();
  }
  const grpc::Status status = reader->Finish();
  // Only we cancel, and only because all is well.
  if (status.error_code() == grpc::StatusCode::CANCELLED) return 0;
  return End(options, context, status);
}

}  // namespace

int RunCall(const ClientOptions& options) {
  const auto channel = MakeChannel(options);
  if (!Connect(*channel, options)) {
    std::cerr << "user-client: cannot connect to " << options.target->ToString() << std::endl;
    return kCannotConnect;
  }
  const auto stub = user::v1::UserService::NewStub(channel);
  switch (options.method) {
    case Method::kGet:
      return Get(*stub, options);
    case Method::kList:
      return List(*stub, options);
    case Method::kCreate:
      return Create(*stub, options);
    case Method::kWatch:
      return Watch(*stub, options);
    case Method::kSync:
      return Sync(*stub, options);
  }
  return kCallFailed;
}

}  // namespace evenkeel::backend
