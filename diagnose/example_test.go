package diagnose_test

import (
	"fmt"

	"github.com/mailposture/mailposture/diagnose"
)

func ExampleExplain() {
	evidence := diagnose.Read([]byte("550 5.7.520 Access denied, Your organization does not allow external forwarding."))
	diagnosis := diagnose.Explain(evidence, nil) // nil: nothing may be looked up
	fmt.Println(diagnosis.Cause, diagnosis.Confidence, diagnosis.Fixer)
	fmt.Println(diagnosis.Remedies[0])
	// Output:
	// autoforward-blocked high sender-admin
	// Ask whether the forward is wanted: it is a common trace of a broken-in mailbox.
}
