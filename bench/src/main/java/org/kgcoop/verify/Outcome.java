package org.kgcoop.verify;

/**
 * The outcome of a case.
 *
 * @param id of the case
 * @param passed whether it is within its tolerance
 * @param worst the largest error, in the unit of the tolerance; infinite where something that has
 *     to be equal is not
 * @param tolerance in words
 * @param problem what was wrong; empty where nothing was
 */
public record Outcome(String id, boolean passed, double worst, String tolerance, String problem) {}
