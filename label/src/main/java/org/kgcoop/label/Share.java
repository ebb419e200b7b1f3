package org.kgcoop.label;

/**
 * A measured share of right images, from 0 to 1.
 *
 * @param atLeast the one-sided 95 % limit
 * @param low the lower end of the two-sided 95 % interval
 * @param high the upper end
 * @param sample the number of random images behind it
 */
public record Share(double atLeast, double estimate, double low, double high, int sample) {}
