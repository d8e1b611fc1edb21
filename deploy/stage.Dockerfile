# The last stage of a pipeline: it judges status.yaml before Kratix's status-writer sends it. Give it your schemas.
#   docker build --file deploy/stage.Dockerfile --build-arg SCHEMAS=schemas --tag my-promise-status-check .
# What stands in a FROM must be declared before the first.
ARG BASE=gcr.io/distroless/cc-debian12:nonroot
FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY Cargo.toml Cargo.lock rust-toolchain.toml ./
COPY src src
# Targets that are no part of the program, but that Cargo.toml names.
COPY tests tests
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --locked --release --no-default-features --bin statusguard \
    && cp target/release/statusguard /statusguard

FROM ${BASE}
ARG SCHEMAS=schemas
COPY --from=build /statusguard /usr/local/bin/statusguard
COPY ${SCHEMAS} /schemas
ENV STATUSGUARD_SCHEMAS=/schemas
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/statusguard"]
CMD ["check"]
