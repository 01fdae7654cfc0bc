// DashboardPage: the page that shows what happens: dashboard.html, which is part of the program.
//
// One file without requests to elsewhere; its data come by /stream. Its policy allows the script
// and the style that bear this answer's nonce, and nothing else (CSP level 3).
#pragma once

#include <string>
#include <vector>

#include "proxy/admin/sources.h"

namespace evenkeel::admin {

struct DashboardPage {
  std::string html;
  std::string policy;  ///< the field Content-Security-Policy
};

/// With `clusters` as a table for those without script; `nonce` is never used twice.
DashboardPage MakeDashboard(const std::vector<ClusterView>& clusters, const std::string& nonce);

/// 128 random bits in hexadecimal.
std::string MakeNonce();

/// As it may stand in HTML, also between quotes.
std::string Escaped(const std::string& text);

}  // namespace evenkeel::admin
