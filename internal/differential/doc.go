// Package differential holds our verdicts against those of other programs, over
// real records and generated ones.
//
// It has tests only. Where two programs differ, one of them is wrong or the RFC
// is silent: testdata/differences.yaml says which, with the section and the
// argument. A difference that nobody argued about fails the test.
package differential
