#![no_main]

// With its own type, so that libFuzzer shows a finding as a pattern and not as bytes.
libfuzzer_sys::fuzz_target!(|case: purser_fuzz::dotnet_regex_twin::Case| case.check());
