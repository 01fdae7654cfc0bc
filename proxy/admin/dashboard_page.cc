#include "proxy/admin/dashboard_page.h"

#include <random>
#include <string_view>

#include "proxy/admin/dashboard_html.h"

namespace evenkeel::admin {
namespace {

void Replace(std::string& text, std::string_view mark, const std::string& by) {
  for (size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + by.size())) {
    text.replace(at, mark.size(), by);
  }
}

std::string RowOf(const ClusterView& cluster, const EndpointView& endpoint) {
  std::string row = "<tr>";
  for (const std::string& cell :
       {Escaped(cluster.name), Escaped(endpoint.address), Escaped(endpoint.state),
        std::to_string(endpoint.in_flight), std::to_string(endpoint.picked),
        std::to_string(endpoint.connections), Escaped(endpoint.why)}) {
    row += "<td>" + cell;
  }
  return row + "\n";
}

std::string TableOf(const std::vector<ClusterView>& clusters) {
  std::string table =
      "<table><tr><th>Cluster<th>Endpoint<th>State<th>In flight<th>Picked<th>Connections<th>Why\n";
  for (const ClusterView& cluster : clusters) {
    for (const EndpointView& each : cluster.endpoints) table += RowOf(cluster, each);
  }
  return table + "</table>";
}

}  // namespace

std::string Escaped(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '&') {
      escaped += "&amp;";
    } else if (c == '<') {
      escaped += "&lt;";
    } else if (c == '"') {
      escaped += "&quot;";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

std::string MakeNonce() {
  constexpr char kDigits[] = "0123456789abcdef";
  std::random_device random;
  std::string nonce;
  for (int i = 0; i < 4; ++i) {
    uint32_t bits = random();
    for (int digit = 0; digit < 8; ++digit, bits >>= 4U) nonce += kDigits[bits & 15U];
  }
  return nonce;
}

DashboardPage MakeDashboard(const std::vector<ClusterView>& clusters, const std::string& nonce) {
  DashboardPage page{kDashboardHtml,
                     "default-src 'none'; script-src 'nonce-" + nonce + "'; style-src 'nonce-" +
                         nonce +
                         "'; connect-src 'self'; img-src data:; base-uri 'none'; form-action "
                         "'none'; frame-ancestors 'none'"};
  Replace(page.html, "@NONCE@", nonce);
  Replace(page.html, "@TABLE@", TableOf(clusters));
  return page;
}

}  // namespace evenkeel::admin
