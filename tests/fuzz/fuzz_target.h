// Fuzz targets: functions that take any bytes and stop the process when a promise is broken, by
// CHECK or by a sanitizer.
//
// Used in two ways: corpus_test.cc feeds them the committed corpus and seeded mutations of it, with
// any compiler; libfuzzer_entry.cc makes each a libFuzzer program with clang (see CMakeLists.txt).
// The first byte of a session's input seeds what the other side of the session does meanwhile.
#pragma once

#include <cstdint>
#include <span>

namespace evenkeel::fuzz {

/// A client's bytes into a server's session.
void FuzzServerSession(std::span<const uint8_t> input);
/// An endpoint's bytes into a client's session with open streams.
void FuzzClientSession(std::span<const uint8_t> input);
/// The same after a hello, with whole frames: the input is seed, then frames without their framing.
void FuzzServerFrames(std::span<const uint8_t> input);
void FuzzClientFrames(std::span<const uint8_t> input);
/// A client's and an endpoint's frames, in turns, with all that stands between them: a client's
/// connection, its calls, their attempts and a pool. The input is what the route has, then frames,
/// before each a byte that says whose it is.
void FuzzCall(std::span<const uint8_t> input);
/// A `grpc-timeout`, a `:path`, a content-type and a `grpc-status`.
void FuzzHeaderValues(std::span<const uint8_t> input);
/// Header blocks of one connection, read by us and by nghttp2, and written by us for both. Before
/// each stand one byte for a table size and two for the block's size.
void FuzzHpack(std::span<const uint8_t> input);
/// The answer to a probe by HTTP.
void FuzzHttpAnswer(std::span<const uint8_t> input);
/// The first bytes of a connection that has to begin with a PROXY header.
void FuzzProxyHeader(std::span<const uint8_t> input);
/// An x-forwarded-client-cert, and a certificate's names that go into one.
void FuzzForwardedCertificate(std::span<const uint8_t> input);
/// The name of a workload.
void FuzzSpiffeId(std::span<const uint8_t> input);
/// A JSON Web Token, and the key set of one who issues them.
void FuzzJwt(std::span<const uint8_t> input);
void FuzzJwks(std::span<const uint8_t> input);
/// A configuration file.
void FuzzConfig(std::span<const uint8_t> input);
/// A peer's bytes into a server's or a client's TLS session, or into both of a pair that speak with
/// each other: there they spoil what is on its way.
void FuzzTlsSession(std::span<const uint8_t> input);
/// A call's headers for trace contexts: a byte for the rules, then a line for each header.
void FuzzTrace(std::span<const uint8_t> input);

}  // namespace evenkeel::fuzz
