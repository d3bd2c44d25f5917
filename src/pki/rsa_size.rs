//! The size of RSA keys, which is what arithmetic with them costs (RFC 8017 §3.1).

use super::certificate::Certificate;
use crate::limits::{LimitExceeded, Limits};

impl Certificate {
    /// Checks an RSA key against the caps, before any arithmetic with it; every other key passes.
    ///
    /// # Errors
    /// [`LimitExceeded`] where the modulus or the public exponent has more bits than the caps.
    pub fn check_rsa_size(&self, limits: &Limits) -> Result<(), LimitExceeded> {
        let Some(bits) = self.key_algorithm().rsa_bits() else { return Ok(()) };
        if bits > limits.rsa_bits {
            return Err(exceeded("RSA key size in bits", bits, limits.rsa_bits));
        }
        // A key that gives no exponent does no arithmetic either.
        let exponent = self.x509().public_key().and_then(|key| key.rsa()).map_or(0, |key| bits_of(key.e().num_bits()));
        if exponent > limits.rsa_exponent_bits {
            return Err(exceeded("RSA public exponent size in bits", exponent, limits.rsa_exponent_bits));
        }
        Ok(())
    }
}

fn bits_of(count: i32) -> u32 {
    u32::try_from(count).unwrap_or_default()
}

fn exceeded(what: &'static str, found: u32, limit: u32) -> LimitExceeded {
    LimitExceeded { what, found: u64::from(found), limit: u64::from(limit) }
}
