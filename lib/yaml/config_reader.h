// ConfigReader: from YAML nodes to a Config, one short function for each struct.
//
// To add a key: a member with its default in config.h, one line in config_reader.cc with its name,
// type and range, a section in docs/configuration.md, a line in deploy/examples/full.yaml. Tests
// fail when one of the last two is forgotten.
#pragma once

#include "lib/config/config.h"
#include "lib/yaml/map_reader.h"
#include "lib/yaml/place.h"

namespace evenkeel::config {

/// Reads the file's root into `config`. `config` is usable only when no error was added.
void ReadConfig(const Place& root, Config& config);

/// What ReadConfig would read into the same configuration: every key that has a value, defaults
/// too.
Written WriteConfig(const Config& config);

/// Every key there is, each after the one that holds it.
Catalog KnownKeys();

}  // namespace evenkeel::config
