// Controlplane is a Kubernetes control plane for the tests, in one process, and the clients they need.
package main

import (
	"fmt"
	"os"
)

const usage = `usage: controlplane COMMAND

  serve --dir DIR    etcd and kube-apiserver, until standard input ends
  kubectl ...        kubectl
  helm ...           helm 4; helm 3 is a program of its own, built beside this one
  status-writer ...  write a status.yaml into a resource request, as Kratix's status-writer does
`

func main() {
	if len(os.Args) < 2 {
		fmt.Fprint(os.Stderr, usage)
		os.Exit(2)
	}
	args := os.Args[2:]
	switch os.Args[1] {
	case "serve":
		exit(serve(args))
	case "kubectl":
		exit(kubectl(args))
	case "helm":
		exit(helm(args))
	case "status-writer":
		exit(writeStatus(args))
	default:
		fmt.Fprint(os.Stderr, usage)
		os.Exit(2)
	}
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "Error:", err)
		os.Exit(1)
	}
	os.Exit(0)
}
