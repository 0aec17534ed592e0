"""Results in words for people who do not read code: names and numbers, levers, answers, diaries."""
