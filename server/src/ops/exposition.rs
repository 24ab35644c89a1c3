//! The two formats of the metrics: OpenMetrics for a reader that names it, else Prometheus' text format 0.0.4, which every
//! reader takes.

use std::collections::HashSet;

use axum::http::{HeaderMap, header};

const OPEN_METRICS: &str = "application/openmetrics-text";
const TEXT: &str = "text/plain";

/// An exposition format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    OpenMetrics,
    Text,
}

impl Format {
    /// The one that a request's `Accept` prefers (RFC 9110 section 12.5.1).
    pub(super) fn preferred(headers: &HeaderMap) -> Self {
        let values = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
        let wishes: Vec<(&str, f32)> = values.flat_map(|value| value.split(',')).map(wish).collect();
        let weight = |media_type: &str| {
            let named = wishes.iter().filter(|(wish, _)| wish.eq_ignore_ascii_case(media_type));
            named.map(|(_, weight)| *weight).fold(0.0, f32::max)
        };
        let open_metrics = weight(OPEN_METRICS);
        if open_metrics > 0.0 && open_metrics >= weight(TEXT) { Self::OpenMetrics } else { Self::Text }
    }

    /// The value of `Content-Type`.
    pub(super) fn content_type(self) -> &'static str {
        match self {
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
            Self::Text => "text/plain; version=0.0.4; charset=utf-8",
        }
    }

    /// Metrics, which are in OpenMetrics, in this format.
    pub(super) fn of(self, open_metrics: String) -> String {
        match self {
            Self::OpenMetrics => open_metrics,
            Self::Text => text(&open_metrics),
        }
    }
}

/// A media range without its parameters, and its weight: 1 where it has none that can be read.
fn wish(range: &str) -> (&str, f32) {
    let mut parts = range.split(';').map(str::trim);
    let media_type = parts.next().unwrap_or_default();
    let weight = parts.find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        if name.eq_ignore_ascii_case("q") { value.parse().ok() } else { None }
    });
    (media_type, weight.unwrap_or(1.0))
}

/// OpenMetrics as the text format has it: a counter is called there what its samples are called, with `_total` at the end, or else
/// its type is not known; units and the end are left out.
fn text(open_metrics: &str) -> String {
    let types = open_metrics.lines().filter_map(|line| line.strip_prefix("# TYPE "));
    let counters: HashSet<&str> = types.filter_map(|family| family.strip_suffix(" counter")).collect();
    let lines = open_metrics.lines().filter_map(|line| {
        let parts: Vec<&str> = line.splitn(4, ' ').collect();
        match parts.as_slice() {
            ["#", "EOF"] | ["#", "UNIT", ..] => None,
            ["#", what, name, rest] if counters.contains(name) => {
                Some(format!("# {what} {name}_total {rest}\n"))
            }
            _ => Some(format!("{line}\n")),
        }
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn preferred(accept: &'static str) -> Format {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
        Format::preferred(&headers)
    }

    #[test]
    fn open_metrics_is_for_readers_that_name_it_and_text_for_all_others() {
        let prometheus = "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,\
                          application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.2,*/*;q=0.1";
        for accept in [
            prometheus,
            "Application/OpenMetrics-Text; version=1.0.0",
            "application/openmetrics-text, text/plain",
        ] {
            assert_eq!(preferred(accept), Format::OpenMetrics, "{accept}");
        }
        for accept in [
            "",
            "*/*",
            "text/plain;version=0.0.4",
            "text/plain, application/openmetrics-text;q=0.5",
            "application/openmetrics-text;q=0",
            "application/openmetrics-text-not",
        ] {
            assert_eq!(preferred(accept), Format::Text, "{accept}");
        }
        assert_eq!(Format::preferred(&HeaderMap::new()), Format::Text);
    }

    #[test]
    fn in_the_text_format_a_counter_has_the_name_of_its_samples() {
        let open_metrics = "\
# HELP a_sign_ins Attempts to sign in.
# TYPE a_sign_ins counter
a_sign_ins_total{result=\"wrong\"} 3
# HELP a_took_seconds Time.
# TYPE a_took_seconds histogram
# UNIT a_took_seconds seconds
a_took_seconds_sum 0.5
# EOF
";
        let text = "\
# HELP a_sign_ins_total Attempts to sign in.
# TYPE a_sign_ins_total counter
a_sign_ins_total{result=\"wrong\"} 3
# HELP a_took_seconds Time.
# TYPE a_took_seconds histogram
a_took_seconds_sum 0.5
";
        assert_eq!(Format::Text.of(open_metrics.to_owned()), text);
        assert_eq!(Format::OpenMetrics.of(open_metrics.to_owned()), open_metrics);
    }
}
