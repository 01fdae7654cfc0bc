// The file that `evenkeel init` writes: works as it is, and shows what most people change first.
#pragma once

#include <string_view>

namespace evenkeel::config {

inline constexpr std::string_view kStartingFile =
    R"(# Evenkeel's configuration. `evenkeel check --config FILE` says what is wrong with it; a running
# sidecar takes a changed file by itself. docs/configuration.md explains every key. Editors know
# them, too, once `evenkeel schema > evenkeel.schema.json` has written the file that this line names:
# yaml-language-server: $schema=./evenkeel.schema.json

listeners:
  # Where clients connect instead of to the service.
  - address: "127.0.0.1:50051"
    cluster: user-service
    # routes:                       # the first that matches wins; `cluster` takes the rest
    #   - match: {service: user.v1.UserService, method: GetUser}
    #     cluster: user-service

clusters:
  user-service:
    # The replicas. Host names, "[::1]:50061" and "unix:/run/user.sock" are addresses too;
    # ${NAME} and ${NAME:-default} take a value from the environment.
    endpoints:
      - "127.0.0.1:50061"
      - "127.0.0.1:50062"
      - {address: "127.0.0.1:50063", weight: 1}

    # least_request suits most services; docs/balancing.md compares the others.
    policy: least_request

    # Asks each replica by grpc.health.v1; one without that service is judged by its connection.
    health_check:
      interval: 5s
      timeout: 1s

    # Leaves a replica out for a while when its calls keep failing.
    outlier_detection:
      consecutive_failures: {threshold: 5}

# /metrics, /ready, /clusters, /config and more. Or `admin: off`.
admin:
  address: "127.0.0.1:9901"

# include: [more-clusters.yaml]     # adds the listeners and clusters of other files
)";

}  // namespace evenkeel::config
