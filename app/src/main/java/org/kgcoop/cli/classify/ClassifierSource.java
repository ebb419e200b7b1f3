package org.kgcoop.cli.classify;

import org.jspecify.annotations.Nullable;
import org.kgcoop.tensor.Device;

/**
 * The origin of a classifier.
 *
 * @param fingerprint the fingerprint of the classifier file, or null for a zero-shot classifier
 * @param clip the fingerprint of the CLIP
 * @param device the device of the CLIP
 */
record ClassifierSource(@Nullable String fingerprint, String clip, Device device) {}
