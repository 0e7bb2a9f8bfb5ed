// Package diagnose finds out why a message was refused or lost.
//
// Read takes what an administrator has at hand: a bounce, message headers, a
// whole message, a message trace, or a line pasted from one. It returns the
// evidence in it, and the first questions to ask DNS. Explain weighs evidence
// and answers, and names the cause, who can mend it and how; while DNS could say
// more, the diagnosis lists the questions that are still missing:
//
//	evidence := diagnose.Read(data)
//	for {
//		diagnosis := diagnose.Explain(evidence, answers)
//		if len(diagnosis.Missing) == 0 {
//			return diagnosis
//		}
//		answers = ask(diagnosis.Missing)
//	}
//
// Both are pure. What refusals mean, why they come and what to do about them
// stands in bounces.yaml; the code only weighs.
//
// All of it was written by others, some of it perhaps by the sender of a forged
// message. So what a message says about itself counts for nothing: see
// believed.go for whose word on authentication is taken.
package diagnose
