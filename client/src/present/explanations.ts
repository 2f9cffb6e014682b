/**
 * What docs/errors.md says of every code. Made by scripts/explanations.mjs: change the document, and run that again.
 * A line `# NAME …` has the classes and lists that the codes below it belong to; a code has its meaning and its advice.
 */

/** Lines of text. */
export const EXPLANATIONS = `
# Refusal RelayError ServiceError
# SealedRefusal
# ExchangeError
# EgressError
# EGRESS_REFUSALS
# KmsError
# NsmError
# EntropyError
# EnclaveConfigError
# HardeningError
# TransportError
# REFUSALS
# CodecError
# CryptoError
# VerificationError
# EifError
# PolicyError
# ReportError
# InputError
# UNDEFINED_REASONS
# SecurityError
# ClientError
# UsageError
# AnalyzeError
# MeasurementsError
# KeyPolicyError
# MetadataError
# ConfigError
# ListenError
# StoreError
# WorldError
# ParametersError
`;
