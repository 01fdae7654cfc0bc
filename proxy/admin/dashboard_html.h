// kDashboardHtml: dashboard.html as text; its .cc is made of it when the build is configured.
#pragma once

namespace evenkeel::admin {

/// `@NONCE@` and `@TABLE@` in it are to be replaced.
extern const char* const kDashboardHtml;

}  // namespace evenkeel::admin
