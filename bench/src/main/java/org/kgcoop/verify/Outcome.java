package org.kgcoop.verify;

/**
 * The outcome of a case.
 *
 * @param id the id of the case
 * @param passed true if the error is within the tolerance
 * @param worst the largest error, in the unit of the tolerance; infinite if values that must be
 *     equal differ
 * @param tolerance the tolerance as text
 * @param problem the differences; empty without any
 */
public record Outcome(String id, boolean passed, double worst, String tolerance, String problem) {}
