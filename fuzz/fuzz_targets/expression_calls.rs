#![no_main]

// With its own type, so that libFuzzer shows a finding as an expression and not as bytes.
libfuzzer_sys::fuzz_target!(|case: purser_fuzz::expression_calls::Case| case.check());
