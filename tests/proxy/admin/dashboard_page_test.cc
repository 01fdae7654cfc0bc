#include "proxy/admin/dashboard_page.h"

#include <gmock/gmock.h>

#include <string>

namespace evenkeel::admin {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

DashboardPage Page(const std::string& cluster = "users") {
  ClusterView view;
  view.name = cluster;
  view.endpoints = {{"10.0.0.1:1", "ejected", 3, 4, 1}};
  return MakeDashboard({view}, "abc123");
}

TEST(DashboardPageTest, OnlyWhatBearsItsNonceRuns) {
  const DashboardPage page = Page();
  EXPECT_THAT(page.policy, HasSubstr("default-src 'none'"));
  EXPECT_THAT(page.policy, HasSubstr("script-src 'nonce-abc123'"));
  EXPECT_THAT(page.html, HasSubstr("<script nonce=\"abc123\">"));
  EXPECT_THAT(page.html, HasSubstr("<style nonce=\"abc123\">"));
  EXPECT_THAT(page.html, Not(HasSubstr("@NONCE@")));
  EXPECT_NE(MakeNonce(), MakeNonce());
  EXPECT_EQ(MakeNonce().size(), 32u);
}

TEST(DashboardPageTest, IsOneFileOfModestSizeThatAsksNobodyElse) {
  const std::string html = Page().html;
  EXPECT_LE(html.size(), 60u * 1024);
  for (const char* each : {" src=", "@import", "url(", "onclick=", "innerHTML", "style=\""}) {
    EXPECT_THAT(html, Not(HasSubstr(each)));
  }
}

TEST(DashboardPageTest, WithoutScriptThereIsATable) {
  const std::string html = Page().html;
  const size_t table = html.find("<table><tr><th>Cluster");
  ASSERT_NE(table, std::string::npos);
  EXPECT_GT(table, html.find("<noscript>"));
  EXPECT_THAT(html, HasSubstr("<tr><td>users<td>10.0.0.1:1<td>ejected<td>3<td>4<td>1<td>\n"));
}

TEST(DashboardPageTest, NamesAreNoMarkup) {
  EXPECT_THAT(Page("<script>alert(1)</script>").html,
              HasSubstr("<td>&lt;script>alert(1)&lt;/script>"));
  EXPECT_EQ(Escaped("a&b\"<"), "a&amp;b&quot;&lt;");
}

}  // namespace
}  // namespace evenkeel::admin
