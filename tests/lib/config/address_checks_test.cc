#include "lib/config/address_checks.h"

#include "tests/lib/config/validate_fixture.h"

namespace evenkeel::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class AddressChecksTest : public ValidateTest {};

TEST_F(AddressChecksTest, FindsAddressesThatStandTwice) {
  Users().endpoints.push_back(Users().endpoints[0]);
  AddListener("127.0.0.1:9901");
  AddListener("127.0.0.1:50051");
  EXPECT_THAT(Errors(),
              ElementsAre("clusters.users.endpoints[1].address: the address \"10.0.0.1:1\" is that "
                          "of clusters.users.endpoints[0].address too",
                          "listeners[1].address: the address \"127.0.0.1:9901\" is that of "
                          "admin.address too",
                          "listeners[2].address: the address \"127.0.0.1:50051\" is that of "
                          "listeners[0].address too"));
}

TEST_F(AddressChecksTest, FindsEndpointsThatAFileListsTwice) {
  Users().endpoints.push_back(Users().endpoints[0]);
  const auto problems = ValidateEndpoints(Users().endpoints);
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].path.ToString(), "endpoints[1].address");
}

TEST_F(AddressChecksTest, FindsEndpointsThatNobodyCanConnectTo) {
  for (const char* each :
       {"0.0.0.0:1", "[::]:1", "224.0.0.1:1", "255.255.255.255:1", "[ff02::1]:1"}) {
    Users().endpoints[0].address = *base::Address::Parse(each);
    EXPECT_THAT(Errors(), ElementsAre(HasSubstr("is no address of an endpoint"))) << each;
  }
  for (const char* each : {"127.0.0.1:1", "[::1]:1", "[ff::1]:1", "223.255.255.255:1",
                           "240.0.0.1:1", "255.255.255.254:1", "ff02.example:1"}) {
    Users().endpoints[0].address = *base::Address::Parse(each);
    EXPECT_THAT(Errors(), IsEmpty()) << each;
  }
}

TEST_F(AddressChecksTest, FindsListenersWithAnIpv4AddressWrittenAsIpv6) {
  AddListener("[::ffff:127.0.0.1]:80");
  EXPECT_THAT(Errors(), ElementsAre(HasSubstr("is an IPv4 address, written as IPv6")));
}

// What a second listener's address is beside the first one's.
class ListenTogetherTest : public AddressChecksTest {
 protected:
  std::string Beside(const std::string& first, const std::string& second) {
    config_.listeners.clear();
    AddListener(first);
    AddListener(second);
    const auto errors = Errors();
    return errors.empty() ? "fine" : errors[0];
  }
};

TEST_F(ListenTogetherTest, AWildcardTakesItsPortOnEveryAddressOfItsFamily) {
  EXPECT_EQ(Beside("0.0.0.0:80", "10.0.0.1:80"),
            "listeners[1].address: \"10.0.0.1:80\" cannot be listened on beside \"0.0.0.0:80\" of "
            "listeners[0].address");
  EXPECT_THAT(Beside("10.0.0.1:80", "0.0.0.0:80"), HasSubstr("cannot be listened on beside"));
  EXPECT_THAT(Beside("[::]:80", "[::1]:80"), HasSubstr("cannot be listened on beside"));
  EXPECT_THAT(Beside("proxy.example:80", "0.0.0.0:80"), HasSubstr("cannot be listened on beside"));
  EXPECT_EQ(Beside("0.0.0.0:80", "10.0.0.1:81"), "fine");
  EXPECT_EQ(Beside("0.0.0.0:0", "10.0.0.1:0"), "fine");
  EXPECT_EQ(Beside("10.0.0.1:80", "10.0.0.2:80"), "fine");
}

// Sockets of [::] are IPv6 only.
TEST_F(ListenTogetherTest, BothWildcardsStandTogether) {
  EXPECT_EQ(Beside("[::]:80", "0.0.0.0:80"), "fine");
  EXPECT_EQ(Beside("[::]:80", "10.0.0.1:80"), "fine");
}

TEST_F(ListenTogetherTest, LocalhostMayBeEitherLoopbackAddress) {
  EXPECT_THAT(Beside("localhost:80", "127.0.0.1:80"), HasSubstr("cannot be listened on beside"));
  EXPECT_THAT(Beside("[::1]:80", "localhost:80"), HasSubstr("cannot be listened on beside"));
  EXPECT_THAT(Beside("localhost:80", "LOCALHOST.:80"), HasSubstr("is that of"));
  EXPECT_THAT(Beside("localhost:80", "0.0.0.0:80"), HasSubstr("cannot be listened on beside"));
  EXPECT_EQ(Beside("localhost:80", "10.0.0.1:80"), "fine");
}

TEST_F(ListenTogetherTest, TheAdminAddressCountsToo) {
  config_.admin.address = *base::Address::Parse("127.0.0.1:9901");
  EXPECT_THAT(Beside("0.0.0.0:9901", "unix:/run/a.sock"),
              HasSubstr("beside \"127.0.0.1:9901\" of admin.address"));
}

}  // namespace
}  // namespace evenkeel::config
