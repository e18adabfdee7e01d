#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| purser_fuzz::dotnet_date::check(input));
