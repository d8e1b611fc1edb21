//! Limits that leave nothing between them.
use serde_json::Value;

use super::{super::pointer, Point};
use crate::core::schema::document::Node;

/// The least and the most of one measure.
const PAIRS: [(&str, &str); 5] = [
    ("minimum", "maximum"),
    ("minItems", "maxItems"),
    ("minLength", "maxLength"),
    ("minProperties", "maxProperties"),
    ("minContains", "maxContains"),
];

/// Bounds of which one or both are no part of the range.
const EXCLUSIVE: [(&str, &str); 3] = [
    ("exclusiveMinimum", "exclusiveMaximum"),
    ("exclusiveMinimum", "maximum"),
    ("minimum", "exclusiveMaximum"),
];

/// Tells limits of which the lower one is above the upper one.
pub(super) fn look(node: &Node<'_>, points: &mut Vec<Point>) {
    let number = |name: &str| node.get(name).and_then(Value::as_f64);
    for (least, most) in EXCLUSIVE {
        let (Some(low), Some(high)) = (number(least), number(most)) else {
            continue;
        };
        if low >= high {
            points.push(Point::warning(
                pointer::join(&node.pointer, least),
                "lint/dead-branch",
                format!("leaves no number below {most}, so nothing can ever match; change one of the two"),
            ));
        }
    }
    for (least, most) in PAIRS {
        let (Some(low), Some(high)) = (number(least), number(most)) else {
            continue;
        };
        if low > high {
            points.push(Point::warning(
                pointer::join(&node.pointer, least),
                "lint/dead-branch",
                format!("is more than {most}, so nothing can ever match; swap the two"),
            ));
        }
    }
}
