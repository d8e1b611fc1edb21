//! Reading a review from its text: what counts is taken, and the rest is passed over.
use std::borrow::Cow;

use crate::core::{
    json::{Fault, Json, Reader},
    review::Review,
};

type Text<'a> = Cow<'a, str>;

/// What an `AdmissionReview` holds.
#[derive(Default)]
pub(super) struct Envelope<'a> {
    pub(super) api_version: Option<Text<'a>>,
    pub(super) kind: Option<Text<'a>>,
    pub(super) request: Option<Review<'a>>,
}

/// What its request holds. What may be absent in the middle of an object may be absent as a whole.
#[derive(Default)]
struct Request<'a> {
    uid: Option<Text<'a>>,
    kind: Option<Text<'a>>,
    resource: Option<Resource<'a>>,
    sub_resource: Option<Text<'a>>,
    name: Option<Text<'a>>,
    namespace: Option<Text<'a>>,
    operation: Option<Text<'a>>,
    dry_run: Option<bool>,
    user: Option<Text<'a>>,
    object: Option<Object<'a>>,
    old_object: Option<Object<'a>>,
}

#[derive(Default)]
#[expect(
    clippy::struct_field_names,
    reason = "the field is called so in the API"
)]
struct Resource<'a> {
    group: Option<Text<'a>>,
    version: Option<Text<'a>>,
    resource: Option<Text<'a>>,
}

#[derive(Default)]
struct Object<'a> {
    is_deleting: bool,
    status: Option<Json<'a>>,
}

impl<'a> Envelope<'a> {
    pub(super) fn read(reader: &mut Reader<'a>) -> Result<Self, Fault> {
        let mut envelope = Self::default();
        reader.object(|reader, key| match &*key {
            "apiVersion" => once(&mut envelope.api_version, reader, Reader::string),
            "kind" => once(&mut envelope.kind, reader, Reader::string),
            "request" if reader.null()? => Ok(()),
            "request" => once(&mut envelope.request, reader, Request::read),
            _ => reader.pass(),
        })?;
        reader.end()?;
        Ok(envelope)
    }
}

impl<'a> Request<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<Review<'a>, Fault> {
        let mut request = Self::default();
        reader.object(|reader, key| request.member(reader, &key))?;
        request.review().ok_or(Fault::Missing)
    }

    fn member(&mut self, reader: &mut Reader<'a>, key: &str) -> Result<(), Fault> {
        match key {
            "uid" => once(&mut self.uid, reader, Reader::string),
            "kind" => reader.object(|reader, key| match &*key {
                "kind" => once(&mut self.kind, reader, Reader::string),
                _ => reader.pass(),
            }),
            "resource" => once(&mut self.resource, reader, Resource::read),
            "subResource" => once(&mut self.sub_resource, reader, Reader::string),
            "name" => once(&mut self.name, reader, Reader::string),
            "namespace" => once(&mut self.namespace, reader, Reader::string),
            "operation" => once(&mut self.operation, reader, Reader::string),
            "userInfo" => reader.object(|reader, key| match &*key {
                "username" => once(&mut self.user, reader, Reader::string),
                _ => reader.pass(),
            }),
            "dryRun" => once(&mut self.dry_run, reader, |reader| {
                Ok(!reader.null()? && reader.boolean()?)
            }),
            "object" => once(&mut self.object, reader, |reader| {
                reader.noting(Object::read)
            }),
            // Nearly all of it stands in the object as well.
            "oldObject" => once(&mut self.old_object, reader, |reader| {
                reader.comparing(Object::read_old)
            }),
            _ => reader.pass(),
        }
    }

    fn review(self) -> Option<Review<'a>> {
        let resource = self.resource?;
        let object = self.object.unwrap_or_default();
        Some(Review {
            uid: self.uid?,
            group: resource.group.unwrap_or_default(),
            version: resource.version.unwrap_or_default(),
            resource: resource.resource.unwrap_or_default(),
            subresource: self.sub_resource.unwrap_or_default(),
            kind: self.kind.unwrap_or_default(),
            namespace: self.namespace.unwrap_or_default(),
            name: self.name.unwrap_or_default(),
            operation: self.operation?,
            dry_run: self.dry_run.unwrap_or_default(),
            deleting: object.is_deleting,
            status: object.status,
            old_status: self.old_object.and_then(|object| object.status),
            user: self.user.unwrap_or_default(),
        })
    }
}

impl<'a> Resource<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<Self, Fault> {
        let mut resource = Self::default();
        reader.object(|reader, key| match &*key {
            "group" => once(&mut resource.group, reader, Reader::string),
            "version" => once(&mut resource.version, reader, Reader::string),
            "resource" => once(&mut resource.resource, reader, Reader::string),
            _ => reader.pass(),
        })?;
        Ok(resource)
    }
}

impl<'a> Object<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<Self, Fault> {
        let (mut status, mut metadata) = (None, None);
        if !reader.null()? {
            reader.object(|reader, key| match &*key {
                "metadata" => once(&mut metadata, reader, is_deleting),
                "status" => once(&mut status, reader, Reader::value),
                _ => reader.pass(),
            })?;
        }
        Ok(Self {
            is_deleting: metadata.unwrap_or_default(),
            status: status.filter(is_not_null),
        })
    }

    /// Of the old object nothing counts but its status.
    fn read_old(reader: &mut Reader<'a>) -> Result<Self, Fault> {
        let mut status = None;
        if !reader.null()? {
            reader.object(|reader, key| match &*key {
                "status" => once(&mut status, reader, Reader::value),
                _ => reader.pass(),
            })?;
        }
        Ok(Self {
            is_deleting: false,
            status: status.filter(is_not_null),
        })
    }
}

fn is_deleting(reader: &mut Reader<'_>) -> Result<bool, Fault> {
    let mut timestamp = None;
    if !reader.null()? {
        reader.object(|reader, key| match &*key {
            "deletionTimestamp" => once(&mut timestamp, reader, Reader::value),
            _ => reader.pass(),
        })?;
    }
    Ok(timestamp.as_ref().is_some_and(is_not_null))
}

fn is_not_null(json: &Json<'_>) -> bool {
    json.get() != "null"
}

/// Reads a value that must not have been read before.
fn once<'a, T>(
    place: &mut Option<T>,
    reader: &mut Reader<'a>,
    read: impl FnOnce(&mut Reader<'a>) -> Result<T, Fault>,
) -> Result<(), Fault> {
    if place.is_some() {
        return Err(Fault::Twice);
    }
    *place = Some(read(reader)?);
    Ok(())
}
