package org.kgcoop.features;

/**
 * A feature of a cache.
 *
 * @param seconds the time that it took to compute
 */
record StoredFeature(ViewEncoder.Encoded encoded, double seconds) {}
