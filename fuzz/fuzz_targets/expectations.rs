#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| sealscope_fuzz::why::expectations(octets));
