/**
 * A local server and its web page that label a folder of images.
 *
 * <p>The routes serve one session, and can change between versions. Every request needs {@code
 * Authorization: Bearer TOKEN}, except {@code /}, {@code /page/...}, {@code /report/...} and {@code
 * /health}. The token is the part of the printed address after {@code #}. Bodies and answers are
 * JSON. Images and classes are numbers. -1 is none of these, and -2 is skipped. Every body needs
 * {@code browser}: 1 to 64 letters, digits and hyphens that identify a tab.
 *
 * <ul>
 *   <li>{@code GET /label/state?browser=A}: the state; {@code &overview=1} adds typical images
 *   <li>{@code POST /label/next}: the state with {@code page}; optional {@code wanted}: {@code
 *       audit}, {@code more-audit}, {@code unusual}, {@code skipped} or {@code check}
 *   <li>{@code POST /label/answer {"number":7,"labels":{"12":0},"seconds":8.1}}: stores any images
 *       of the page of this tab; returns {@code left_out} (answered in another tab meanwhile) and
 *       {@code differs} (the labels of a check that differ from the answer); with {@code
 *       "next":true} also the next page
 *   <li>{@code POST /label/decide {"number":7,"image":12,"class":0}}: sets a label of {@code
 *       differs}
 *   <li>{@code POST /label/undo}: returns {@code undone}, and the page of the answers
 *   <li>{@code POST /label/classes}: {@code {"add":["owl"]}}, {@code {"rename":3,"name":"owl"}},
 *       {@code {"merge":3,"into":1}} or {@code {"delete":3}}
 *   <li>{@code POST /label/view}: the images of a view; {@code shown} is {@code all}, {@code
 *       class}, {@code none}, {@code skipped}, {@code unreadable} or {@code suspicious}, {@code by}
 *       is {@code anyone}, {@code person} or {@code program}, {@code order} is {@code name}, {@code
 *       doubt}, {@code like} (with {@code image}) or {@code text} (with {@code text})
 *   <li>{@code POST /label/tiles {"images":[12,13]}}: at most 500 tiles
 *   <li>{@code POST /label/choose {"labels":{"12":0}}}: labels tiles that this tab got
 *   <li>{@code POST /label/seen}, {@code POST /label/leave}: keeps or frees the images of the tab,
 *       which are also free after 30 seconds of silence
 *   <li>{@code GET /label/images/ID?size=256}: JPEG of at most 128, 256 or 1024 pixels
 *   <li>{@code POST /label/write}, optional {@code "close":true}: writes the results; {@code POST
 *       /label/stop} ends the training; {@code GET /report/KEY} is the report
 * </ul>
 *
 * <p>While the first images are read, the state is {@code {"reading":{"done":120,"images":5000}}},
 * and other routes answer 503. Errors are {@code {"error":"..."}}: 400 invalid body, 401 token, 403
 * page of another site, 404 unknown route or image, 409 the page is not open in this tab (with the
 * current state), 413 body over 4 MB, 421 wrong host name, 500 the answer was not written.
 */
@NullMarked
@CheckReturnValue
package org.kgcoop.serve.label;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
