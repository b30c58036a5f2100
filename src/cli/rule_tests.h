// Tests of rules: *.test.yml beside the rules, with lines that must fire and lines that must not.
//   tests:
//     - name: five refused passwords in ten minutes are brute force
//       rule: SSH brute force          # title, name or id
//       log: |
//         …lines of any decoded format…
//       fires_on: [203.0.113.7]        # entities with a finding of this rule; [] for none
#pragma once

#include "base/result.h"

#include <string>
#include <vector>

namespace vedette::cli {

struct RuleTest {
  std::string place;  ///< file:line
  std::string name;
  std::string rule;
  std::string log;
  std::vector<std::string> fires_on;
};

Result<std::vector<RuleTest>> read_rule_tests(const std::string& path);

}  // namespace vedette::cli
