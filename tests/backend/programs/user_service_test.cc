// user-service as its clients see it: the real program, a real port, stock grpc++ stubs.
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <thread>

#include "backend/note.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "grpc/reflection/v1alpha/reflection.grpc.pb.h"
#include "tests/backend/programs/raw_call.h"
#include "tests/backend/programs/replica.h"
#include "user/v1/user_service.grpc.pb.h"
#include "xds/service/orca/v3/orca.grpc.pb.h"

namespace evenkeel::backend {
namespace {

using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;
using testing::HasSubstr;
using xds::data::orca::v3::OrcaLoadReport;

std::string Find(const std::multimap<grpc::string_ref, grpc::string_ref>& metadata,
                 const std::string& name) {
  const auto found = metadata.find(name);
  return found == metadata.end() ? "" : std::string(found->second.data(), found->second.size());
}

class UserServiceTest : public testing::Test {
 protected:
  void StartReplica(const std::vector<std::string>& flags = {}) {
    replica_.emplace(flags);
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    arguments.SetMaxReceiveMessageSize(kMaxMessageSize);
    channel_ = grpc::CreateCustomChannel(replica_->address(), grpc::InsecureChannelCredentials(),
                                         arguments);
    users_ = user::v1::UserService::NewStub(channel_);
    health_ = grpc::health::v1::Health::NewStub(channel_);
    orca_ = xds::service::orca::v3::OpenRcaService::NewStub(channel_);
  }

  grpc::Status Get(grpc::ClientContext& context, const std::string& user_id) {
    user::v1::GetUserRequest request;
    request.set_user_id(user_id);
    return users_->GetUser(&context, request, &user_);
  }

  grpc::Status GetWith(const std::string& authorization) {
    grpc::ClientContext context;
    if (!authorization.empty()) context.AddMetadata("authorization", authorization);
    return Get(context, "user-1");
  }

  grpc::Status Check(const std::string& service, HealthCheckResponse* response) {
    grpc::ClientContext context;
    HealthCheckRequest request;
    request.set_service(service);
    return health_->Check(&context, request, response);
  }

  std::unique_ptr<grpc::ClientReader<HealthCheckResponse>> WatchHealth(grpc::ClientContext& context,
                                                                       const std::string& service) {
    HealthCheckRequest request;
    request.set_service(service);
    return health_->Watch(&context, request);
  }

  // The next status of a health watch.
  static HealthCheckResponse::ServingStatus Next(grpc::ClientReader<HealthCheckResponse>& watch) {
    HealthCheckResponse response;
    EXPECT_TRUE(watch.Read(&response));
    return response.status();
  }

  static user::v1::User MakeUser(const std::string& id, uint32_t note_size = 0) {
    user::v1::User user;
    user.set_user_id(id);
    user.set_name("Name of " + id);
    user.set_note(MakeNote(note_size));
    return user;
  }

  RawCall GetRaw(const std::string& user_id) {
    user::v1::GetUserRequest request;
    request.set_user_id(user_id);
    return {replica_->address(), "/user.v1.UserService/GetUser", request.SerializeAsString()};
  }

  static OrcaLoadReport LoadReport(const http2::HeaderList& fields) {
    OrcaLoadReport report;
    const auto value = fields.Find("endpoint-load-metrics-bin");
    EXPECT_TRUE(value && report.ParseFromString(DecodeBinary(*value)));
    return report;
  }

  int Terminate() {
    replica_->process().Signal(SIGTERM);
    return replica_->process().Wait();
  }

  std::optional<Replica> replica_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<user::v1::UserService::Stub> users_;
  std::unique_ptr<grpc::health::v1::Health::Stub> health_;
  std::unique_ptr<xds::service::orca::v3::OpenRcaService::Stub> orca_;
  user::v1::User user_;
};

TEST_F(UserServiceTest, GetUserAnswersWithTheReplicasIdInTheHeaders) {
  StartReplica();
  grpc::ClientContext context;
  EXPECT_TRUE(Get(context, "user-1").ok());
  EXPECT_EQ(user_.user_id(), "user-1");
  EXPECT_EQ(user_.name(), "Barbara Backus");
  EXPECT_THAT(user_.email(), HasSubstr("@example.com"));
  EXPECT_EQ(Find(context.GetServerInitialMetadata(), "x-served-by"), "r1");
}

TEST_F(UserServiceTest, AnUnknownUserIsNotFoundByName) {
  StartReplica();
  grpc::ClientContext context;
  const grpc::Status status = Get(context, "nobody");
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(status.error_message(), "no user \"nobody\"");
  // Trailers-Only: all there is comes as trailing metadata.
  EXPECT_TRUE(context.GetServerInitialMetadata().empty());
  EXPECT_EQ(Find(context.GetServerTrailingMetadata(), "x-served-by"), "r1");
}

TEST_F(UserServiceTest, ListUsersStreamsUsersInOrder) {
  StartReplica({"--users", "25"});
  grpc::ClientContext context;
  const auto reader = users_->ListUsers(&context, {});
  std::vector<std::string> ids;
  while (reader->Read(&user_)) ids.push_back(user_.user_id());
  EXPECT_TRUE(reader->Finish().ok());
  EXPECT_EQ(ids.size(), 25u);
  EXPECT_TRUE(std::ranges::is_sorted(ids));
}

TEST_F(UserServiceTest, CreateUsersCountsAndChecksWhatArrived) {
  StartReplica();
  grpc::ClientContext context;
  user::v1::CreateUsersResponse response;
  const auto writer = users_->CreateUsers(&context, &response);
  NoteChecksum checksum;
  for (const char* const id : {"ada", "grace", "user-1"}) {
    const user::v1::User user = MakeUser(id, 1000);
    checksum.Add(user.note());
    EXPECT_TRUE(writer->Write(user));
  }
  writer->WritesDone();
  EXPECT_TRUE(writer->Finish().ok());
  EXPECT_EQ(response.created(), 2u);
  EXPECT_EQ(response.replaced(), 1u);
  EXPECT_EQ(response.note_bytes(), 3000u);
  EXPECT_EQ(response.note_checksum(), checksum.value());
}

TEST_F(UserServiceTest, CreateUsersEndsAtTheFirstBadUserWithoutWaitingForTheRest) {
  StartReplica();
  grpc::ClientContext context;
  user::v1::CreateUsersResponse response;
  const auto writer = users_->CreateUsers(&context, &response);
  writer->Write(MakeUser(""));
  const grpc::Status status = writer->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(status.error_message(), "user_id is empty");
}

TEST_F(UserServiceTest, SyncUsersAnswersEachUserBeforeTheNext) {
  StartReplica();
  grpc::ClientContext context;
  const auto stream = users_->SyncUsers(&context);
  user::v1::SyncUsersRequest request;
  user::v1::SyncUsersResponse response;
  for (const auto change : {user::v1::CHANGE_CREATED, user::v1::CHANGE_REPLACED}) {
    *request.mutable_user() = MakeUser("ada", 500);
    ASSERT_TRUE(stream->Write(request));
    ASSERT_TRUE(stream->Read(&response));
    EXPECT_EQ(response.change(), change);
    EXPECT_EQ(response.user().SerializeAsString(), request.user().SerializeAsString());
  }
  stream->WritesDone();
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(UserServiceTest, WatchUsersTellsOfChangesAsTheyHappen) {
  StartReplica();
  grpc::ClientContext watch_context;
  user::v1::WatchUsersRequest request;
  request.add_user_ids("ada");
  const auto watch = users_->WatchUsers(&watch_context, request);
  watch->WaitForInitialMetadata();
  EXPECT_EQ(Find(watch_context.GetServerInitialMetadata(), "x-served-by"), "r1");
  grpc::ClientContext context;
  user::v1::CreateUsersResponse response;
  const auto writer = users_->CreateUsers(&context, &response);
  for (const char* const id : {"grace", "ada"}) writer->Write(MakeUser(id, 10));
  writer->WritesDone();
  EXPECT_TRUE(writer->Finish().ok());
  user::v1::UserEvent event;
  ASSERT_TRUE(watch->Read(&event));
  EXPECT_EQ(event.user().user_id(), "ada");
  EXPECT_EQ(event.sequence(), 2u);
  EXPECT_EQ(event.change(), user::v1::CHANGE_CREATED);
  EXPECT_EQ(event.user().note(), "");
  watch_context.TryCancel();
  EXPECT_EQ(watch->Finish().error_code(), grpc::StatusCode::CANCELLED);
}

TEST_F(UserServiceTest, CarriesSixtyFourMebibytesBothWaysAtOnce) {
  StartReplica();
  constexpr uint32_t kNote = 1024 * 1024;
  constexpr uint32_t kCount = 64;
  grpc::ClientContext list_context;
  user::v1::ListUsersRequest request;
  request.set_limit(kCount);
  request.set_note_size(kNote);
  const auto reader = users_->ListUsers(&list_context, request);
  std::thread create([this] {
    grpc::ClientContext context;
    user::v1::CreateUsersResponse response;
    const auto writer = users_->CreateUsers(&context, &response);
    for (uint32_t i = 0; i < kCount; ++i) writer->Write(MakeUser("big", kNote));
    writer->WritesDone();
    EXPECT_TRUE(writer->Finish().ok());
    EXPECT_EQ(response.note_bytes(), uint64_t{kCount} * kNote);
  });
  const std::string note = MakeNote(kNote);
  uint32_t intact = 0;
  while (reader->Read(&user_)) intact += user_.note() == note ? 1 : 0;
  EXPECT_TRUE(reader->Finish().ok());
  EXPECT_EQ(intact, kCount);
  create.join();
}

TEST_F(UserServiceTest, ATokenIsRequiredOfUsersButNotOfHealthAndReflection) {
  StartReplica({"--require-token", "s3cret"});
  EXPECT_EQ(GetWith("").error_code(), grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(GetWith("Basic s3cret").error_code(), grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(GetWith("Bearer wrong").error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_TRUE(GetWith("Bearer s3cret").ok());
  EXPECT_TRUE(GetWith("bearer s3cret").ok());
  HealthCheckResponse response;
  EXPECT_TRUE(Check("", &response).ok());
  grpc::ClientContext context;
  const auto reflection =
      grpc::reflection::v1alpha::ServerReflection::NewStub(channel_)->ServerReflectionInfo(
          &context);
  grpc::reflection::v1alpha::ServerReflectionRequest request;
  request.set_list_services("");
  grpc::reflection::v1alpha::ServerReflectionResponse services;
  ASSERT_TRUE(reflection->Write(request));
  ASSERT_TRUE(reflection->Read(&services));
  EXPECT_THAT(services.DebugString(), HasSubstr("user.v1.UserService"));
  EXPECT_THAT(services.DebugString(), HasSubstr("xds.service.orca.v3.OpenRcaService"));
}

TEST_F(UserServiceTest, HealthCheckKnowsTheServerAndItsService) {
  StartReplica();
  HealthCheckResponse response;
  for (const char* const service : {"", "user.v1.UserService"}) {
    EXPECT_TRUE(Check(service, &response).ok());
    EXPECT_EQ(response.status(), HealthCheckResponse::SERVING);
  }
  const grpc::Status status = Check("other", &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(status.error_message(), "no service \"other\" here");
}

TEST_F(UserServiceTest, Sigusr1TurnsHealthOffAndOn) {
  StartReplica();
  grpc::ClientContext context;
  const auto watch = WatchHealth(context, "user.v1.UserService");
  EXPECT_EQ(Next(*watch), HealthCheckResponse::SERVING);
  replica_->process().Signal(SIGUSR1);
  EXPECT_EQ(Next(*watch), HealthCheckResponse::NOT_SERVING);
  HealthCheckResponse response;
  EXPECT_TRUE(Check("", &response).ok());
  EXPECT_EQ(response.status(), HealthCheckResponse::NOT_SERVING);
  replica_->process().Signal(SIGUSR1);
  EXPECT_EQ(Next(*watch), HealthCheckResponse::SERVING);
}

TEST_F(UserServiceTest, WatchingAnUnknownServiceStaysOpen) {
  StartReplica();
  grpc::ClientContext context;
  const auto watch = WatchHealth(context, "other");
  EXPECT_EQ(Next(*watch), HealthCheckResponse::SERVICE_UNKNOWN);
}

TEST_F(UserServiceTest, EveryAnswerCarriesALoadReportInItsTrailers) {
  StartReplica();
  const RawCall call = GetRaw("user-1");
  EXPECT_EQ(call.headers().Find("x-served-by"), "r1");
  EXPECT_EQ(call.trailers().Find("grpc-status"), "0");
  const OrcaLoadReport report = LoadReport(call.trailers());
  EXPECT_GT(report.rps_fractional(), 0);
  EXPECT_GT(report.mem_utilization(), 0);
}

TEST_F(UserServiceTest, AnErrorIsTrailersOnlyAndHasAReportToo) {
  StartReplica({"--fail-rate", "1"});
  GetRaw("user-1");
  const RawCall call = GetRaw("user-1");
  EXPECT_EQ(call.headers().Find("x-served-by"), "r1");
  EXPECT_EQ(call.headers().Find("grpc-status"), "14");
  EXPECT_TRUE(call.trailers().empty());
  const OrcaLoadReport report = LoadReport(call.headers());
  EXPECT_GT(report.eps(), 0);
  EXPECT_NEAR(report.eps(), report.rps_fractional(), 0.01 * report.eps());
}

TEST_F(UserServiceTest, StreamsLoadReportsAtTheMinimumIntervalOrSlower) {
  StartReplica({"--orca-min-interval", "5ms", "--concurrency", "1", "--latency", "50ms"});
  EXPECT_TRUE(GetWith("").ok());
  grpc::ClientContext context;
  xds::service::orca::v3::OrcaLoadReportRequest request;
  request.mutable_report_interval()->set_nanos(1);
  const auto reader = orca_->StreamCoreMetrics(&context, request);
  OrcaLoadReport report;
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(reader->Read(&report));
    EXPECT_GT(report.rps_fractional(), 0);
    EXPECT_GT(report.application_utilization(), 0);
    EXPECT_LE(report.application_utilization(), 1);
  }
}

TEST_F(UserServiceTest, WithOrcaOffThereAreNoReports) {
  StartReplica({"--orca", "off"});
  grpc::ClientContext context;
  EXPECT_TRUE(Get(context, "user-1").ok());
  EXPECT_FALSE(GetRaw("user-1").trailers().Find("endpoint-load-metrics-bin"));
  grpc::ClientContext stream_context;
  const auto reader = orca_->StreamCoreMetrics(&stream_context, {});
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::UNIMPLEMENTED);
}

TEST_F(UserServiceTest, FailsTheWantedShareWithTheWantedStatus) {
  StartReplica({"--fail-rate", "1", "--fail-status", "RESOURCE_EXHAUSTED"});
  const grpc::Status status = GetWith("");
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_THAT(status.error_message(), HasSubstr("--fail-rate"));
}

TEST_F(UserServiceTest, BeyondItsConcurrencyCallsWaitForEachOther) {
  StartReplica({"--concurrency", "1", "--latency", "30ms"});
  GetWith("");  // connects
  const auto start = std::chrono::steady_clock::now();
  std::vector<std::thread> callers;
  for (int i = 0; i < 5; ++i) {
    callers.emplace_back([this] {
      grpc::ClientContext context;
      user::v1::GetUserRequest request;
      request.set_user_id("user-1");
      user::v1::User user;
      EXPECT_TRUE(users_->GetUser(&context, request, &user).ok());
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_GE(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(5 * 30 - 10));
}

TEST_F(UserServiceTest, ACallThatGivesUpFreesItsPlaceInTheQueue) {
  StartReplica({"--concurrency", "1", "--latency", "300ms"});
  grpc::ClientContext first_context;
  grpc::ClientContext second_context;
  std::thread first([&] { EXPECT_TRUE(Get(first_context, "user-1").ok()); });
  second_context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(100));
  user::v1::GetUserRequest request;
  request.set_user_id("user-2");
  user::v1::User user;
  EXPECT_EQ(users_->GetUser(&second_context, request, &user).error_code(),
            grpc::StatusCode::DEADLINE_EXCEEDED);
  first.join();
  EXPECT_TRUE(GetWith("").ok());
}

TEST_F(UserServiceTest, SigtermSaysNotServingThenEndsWatchesThenExits) {
  StartReplica({"--drain-delay", "50ms"});
  grpc::ClientContext health_context;
  const auto health = WatchHealth(health_context, "");
  EXPECT_EQ(Next(*health), HealthCheckResponse::SERVING);
  grpc::ClientContext watch_context;
  const auto watch = users_->WatchUsers(&watch_context, {});
  watch->WaitForInitialMetadata();
  grpc::ClientContext orca_context;
  const auto reports = orca_->StreamCoreMetrics(&orca_context, {});
  OrcaLoadReport report;
  EXPECT_TRUE(reports->Read(&report));

  replica_->process().Signal(SIGTERM);
  EXPECT_EQ(Next(*health), HealthCheckResponse::NOT_SERVING);
  user::v1::UserEvent event;
  EXPECT_FALSE(watch->Read(&event));
  EXPECT_EQ(watch->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(health->Finish().error_message(), "this replica shuts down");
  EXPECT_EQ(reports->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(replica_->process().Wait(), 0);
}

TEST_F(UserServiceTest, SigtermLetsRunningCallsFinish) {
  StartReplica();
  grpc::ClientContext context;
  const auto stream = users_->SyncUsers(&context);
  user::v1::SyncUsersRequest request;
  user::v1::SyncUsersResponse response;
  *request.mutable_user() = MakeUser("ada");
  ASSERT_TRUE(stream->Write(request));
  ASSERT_TRUE(stream->Read(&response));
  // The watch's end tells that the shutdown is under way.
  grpc::ClientContext watch_context;
  const auto watch = users_->WatchUsers(&watch_context, {});
  watch->WaitForInitialMetadata();
  replica_->process().Signal(SIGTERM);
  EXPECT_EQ(watch->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);

  ASSERT_TRUE(stream->Write(request));
  ASSERT_TRUE(stream->Read(&response));
  stream->WritesDone();
  EXPECT_TRUE(stream->Finish().ok());
  EXPECT_EQ(replica_->process().Wait(), 0);
}

TEST_F(UserServiceTest, AfterTheGraceTimeOpenCallsAreCancelled) {
  StartReplica({"--grace", "50ms"});
  grpc::ClientContext context;
  const auto stream = users_->SyncUsers(&context);
  user::v1::SyncUsersRequest request;
  user::v1::SyncUsersResponse response;
  *request.mutable_user() = MakeUser("ada");
  ASSERT_TRUE(stream->Write(request));
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(Terminate(), 0);
  EXPECT_FALSE(stream->Finish().ok());
}

TEST_F(UserServiceTest, AWatcherThatReadsNothingIsGivenUpOn) {
  StartReplica();
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  // Keeps the receive window small, so that few events fit into the connection.
  arguments.SetInt(GRPC_ARG_HTTP2_STREAM_LOOKAHEAD_BYTES, 16 * 1024);
  arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  const auto slow = user::v1::UserService::NewStub(grpc::CreateCustomChannel(
      replica_->address(), grpc::InsecureChannelCredentials(), arguments));
  grpc::ClientContext watch_context;
  const auto watch = slow->WatchUsers(&watch_context, {});
  watch->WaitForInitialMetadata();

  grpc::ClientContext context;
  user::v1::CreateUsersResponse response;
  const auto writer = users_->CreateUsers(&context, &response);
  user::v1::User user = MakeUser("ada");
  user.set_name(std::string(4000, 'x'));
  for (int i = 0; i < 4000; ++i) writer->Write(user);
  writer->WritesDone();
  EXPECT_TRUE(writer->Finish().ok());
  user::v1::UserEvent event;
  while (watch->Read(&event)) {
  }
  EXPECT_EQ(watch->Finish().error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
}

TEST_F(UserServiceTest, TwoReplicasCannotShareAPort) {
  StartReplica();
  Process second(USER_SERVICE, {"--listen", replica_->address()});
  EXPECT_EQ(second.Wait(), 1);
  EXPECT_THAT(second.ReadErrors(), HasSubstr("cannot listen on " + replica_->address()));
}

TEST_F(UserServiceTest, ListensOnSeveralAddressesOneAUnixSocket) {
  const std::string path = testing::TempDir() + "user-service-" + std::to_string(getpid());
  StartReplica({"--listen", "unix:" + path});
  const size_t space = replica_->address().find(' ');
  ASSERT_NE(space, std::string::npos) << replica_->address();
  channel_ = grpc::CreateChannel(replica_->address().substr(space + 1),
                                 grpc::InsecureChannelCredentials());
  users_ = user::v1::UserService::NewStub(channel_);
  EXPECT_TRUE(GetWith("").ok());
}

}  // namespace
}  // namespace evenkeel::backend
