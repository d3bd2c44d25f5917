//! Answers are kept as long as their records say, and "no such name" as long as the zone says (RFC 1035 §3.2.1, RFC 2308
//! §5). Failures are not kept: asking again is how one sees that a fault is mended.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::proto::rr::{Name, RData, RecordType};

use super::wire::Answer;

/// Answers that are kept at most.
const ANSWERS: usize = 1_000;
/// However long the records say. RFC 8767 §4 advises a cap of days; a workbench's answer is rather of today.
const LONGEST: u32 = 86_400;
/// However long the zone says that there is nothing (RFC 2308 §5 advises hours).
const LONGEST_NEGATIVE: u32 = 3_600;

#[derive(Default)]
pub(super) struct Cache {
    kept: HashMap<(Name, RecordType), (Answer, Instant)>,
}

impl Cache {
    /// The answer, and how many seconds it is still good for.
    pub(super) fn get(&mut self, name: &Name, kind: RecordType, now: Instant) -> Option<(Answer, u32)> {
        let key = (name.to_lowercase(), kind);
        let (answer, until) = self.kept.get(&key)?;
        match until.checked_duration_since(now).filter(|left| !left.is_zero()) {
            Some(left) => Some((answer.clone(), u32::try_from(left.as_secs()).unwrap_or(LONGEST))),
            None => {
                self.kept.remove(&key);
                None
            }
        }
    }

    /// Keeps an answer that came at `now`, if it is of a kind that is kept.
    pub(super) fn put(&mut self, name: Name, kind: RecordType, answer: Answer, now: Instant) {
        let Some(seconds) = lifetime(&answer).filter(|seconds| *seconds > 0) else { return };
        if self.kept.len() >= ANSWERS {
            self.kept.retain(|_, (_, until)| *until > now);
        }
        if self.kept.len() < ANSWERS {
            self.kept.insert((name.to_lowercase(), kind), (answer, now + Duration::from_secs(seconds.into())));
        }
    }

    pub(super) fn clear(&mut self) {
        self.kept.clear();
    }
}

fn lifetime(answer: &Answer) -> Option<u32> {
    let response = &answer.response;
    let code = response.metadata.response_code;
    if code == ResponseCode::NoError && !response.answers.is_empty() {
        return response.answers.iter().map(|record| record.ttl).min().map(|ttl| ttl.min(LONGEST));
    }
    if !matches!(code, ResponseCode::NoError | ResponseCode::NXDomain) {
        return None;
    }
    // Without the zone's SOA nobody says how long (RFC 2308 §5).
    response.authorities.iter().find_map(|record| match &record.data {
        RData::SOA(start) => Some(record.ttl.min(start.minimum).min(LONGEST_NEGATIVE)),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use std::str::FromStr as _;

    use hickory_resolver::proto::op::{DnsResponse, Message, MessageType, OpCode};
    use hickory_resolver::proto::rr::Record;
    use hickory_resolver::proto::rr::rdata::{SOA, TXT};

    use super::super::Transport;
    use super::*;

    fn name() -> Name {
        Name::from_str("b.example.").unwrap()
    }

    fn answer(code: ResponseCode, answers: Vec<Record>, authorities: Vec<Record>) -> Answer {
        let mut message = Message::new(1, MessageType::Response, OpCode::Query);
        message.metadata.response_code = code;
        message.answers = answers;
        message.authorities = authorities;
        Answer { transport: Transport::Udp, response: DnsResponse::from_message(message).unwrap(), alias: None }
    }

    fn text(ttl: u32) -> Record {
        Record::from_rdata(name(), ttl, RData::TXT(TXT::new(vec!["x".to_owned()])))
    }

    fn start(ttl: u32, minimum: u32) -> Record {
        Record::from_rdata(name(), ttl, RData::SOA(SOA::new(name(), name(), 1, 1, 1, 1, minimum)))
    }

    #[test]
    fn an_answer_is_kept_for_its_shortest_time_to_live_and_not_a_second_longer() {
        let (mut cache, now) = (Cache::default(), Instant::now());
        cache.put(name(), RecordType::TXT, answer(ResponseCode::NoError, vec![text(60), text(30)], vec![]), now);
        let after = |seconds| now + Duration::from_secs(seconds);
        assert_eq!(cache.get(&name(), RecordType::TXT, after(29)).map(|(_, left)| left), Some(1));
        assert!(cache.get(&Name::from_str("B.Example.").unwrap(), RecordType::TXT, after(29)).is_some());
        assert!(cache.get(&name(), RecordType::CERT, after(1)).is_none());
        assert!(cache.get(&name(), RecordType::TXT, after(30)).is_none());
    }

    #[test]
    fn nothing_is_kept_as_long_as_the_zone_says() {
        let (mut cache, now) = (Cache::default(), Instant::now());
        cache.put(name(), RecordType::CERT, answer(ResponseCode::NXDomain, vec![], vec![start(300, 20)]), now);
        assert_eq!(cache.get(&name(), RecordType::CERT, now).map(|(_, left)| left), Some(20));
        assert!(cache.get(&name(), RecordType::CERT, now + Duration::from_secs(20)).is_none());
    }

    #[test]
    fn failures_and_answers_without_a_time_are_not_kept() {
        let (mut cache, now) = (Cache::default(), Instant::now());
        for refused in [
            answer(ResponseCode::ServFail, vec![], vec![start(300, 20)]),
            answer(ResponseCode::NXDomain, vec![], vec![]),
            answer(ResponseCode::NoError, vec![text(0)], vec![]),
        ] {
            cache.put(name(), RecordType::TXT, refused, now);
            assert!(cache.get(&name(), RecordType::TXT, now).is_none());
        }
    }
}
