package facts

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/mailposture/mailposture/provider"
)

// What a saved file carries of the catalogue is what the scan added to it.
func TestOptionsCarryTheProvidersThatWereAdded(t *testing.T) {
	plain, err := json.Marshal(DefaultOptions())
	if err != nil || string(plain) != "{}" {
		t.Errorf("%s, %v: every program has the embedded catalogue", plain, err)
	}
	opt := DefaultOptions()
	opt.Providers, err = opt.Providers.Extend("x", []byte("providers: [{id: site, name: Site, kind: sender, confidence: low, mx: [.site.example]}]"))
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(opt)
	if err != nil {
		t.Fatal(err)
	}
	var back Options
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	if p, ok := back.Providers.ForMX("mx.site.example"); !ok || p.ID != "site" {
		t.Errorf("%+v, %t from %s", p, ok, data)
	}
	if !reflect.DeepEqual(back.Providers.All(), opt.Providers.All()) || len(back.Providers.All()) != len(provider.Embedded().All())+1 {
		t.Errorf("another catalogue from %s", data)
	}
}
