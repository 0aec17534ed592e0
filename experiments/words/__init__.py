"""Words for people who do not read code: names of metrics and policies, numbers, levers, the events of a diary."""
