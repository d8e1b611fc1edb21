package main

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"go.etcd.io/etcd/server/v3/embed"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"
	"k8s.io/kubernetes/cmd/kube-apiserver/app"
)

const startDeadline = 2 * time.Minute

// serve runs etcd and kube-apiserver in a directory of their own. DIR/kubeconfig stands before
// DIR/ready does. A regular end, by the end of standard input or a signal, removes the directory;
// a failure, or SIGKILL, leaves it to be looked at, or to be gone on with: in a directory that has
// a kubeconfig the address, the keys and the token stay, and what was stored where DIR/etcd is left.
func serve(args []string) error {
	flags := flag.NewFlagSet("serve", flag.ExitOnError)
	dir := flags.String("dir", "", "where data, certificates and kubeconfig go; removed at the end")
	_ = flags.Parse(args)
	if *dir == "" {
		return errors.New("serve needs --dir DIR")
	}
	if err := os.MkdirAll(*dir, 0o700); err != nil {
		return err
	}
	go endWithParent(*dir)

	etcd, err := startEtcd(filepath.Join(*dir, "etcd"))
	if err != nil {
		return fmt.Errorf("etcd: %w", err)
	}
	server := apiServer{dir: *dir, etcd: etcd}
	if err := server.settle(); err != nil {
		return err
	}
	failed := make(chan error, 2)
	go func() { failed <- server.run() }()
	go func() {
		if err := server.announce(); err != nil {
			failed <- err
		}
	}()
	return <-failed
}

// endWithParent ends the process when whoever holds the other end of its standard input is gone,
// however that came about. Nothing here is worth a graceful shutdown.
func endWithParent(dir string) {
	end := make(chan os.Signal, 1)
	signal.Notify(end, syscall.SIGTERM, syscall.SIGINT)
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		end <- syscall.SIGTERM
	}()
	<-end
	_ = os.RemoveAll(dir)
	os.Exit(0)
}

// startEtcd returns the address of an etcd that answers.
func startEtcd(dir string) (string, error) {
	config := embed.NewConfig()
	config.Dir = dir
	config.LogLevel = "error"
	config.UnsafeNoFsync = true
	config.EnableGRPCGateway = false
	anyPort := url.URL{Scheme: "http", Host: "127.0.0.1:0"}
	config.ListenClientUrls = []url.URL{anyPort}
	config.AdvertiseClientUrls = []url.URL{anyPort}
	config.ListenPeerUrls = []url.URL{anyPort}
	config.AdvertisePeerUrls = []url.URL{anyPort}
	config.InitialCluster = config.InitialClusterFromName(config.Name)
	etcd, err := embed.StartEtcd(config)
	if err != nil {
		return "", err
	}
	select {
	case <-etcd.Server.ReadyNotify():
		return "http://" + etcd.Clients[0].Addr().String(), nil
	case err := <-etcd.Err():
		return "", err
	case <-time.After(startDeadline):
		return "", errors.New("not ready in time")
	}
}

type apiServer struct {
	dir, etcd, token string
	port             int
}

// settle chooses port and token: those of the one that ran in this directory before, so that its
// clients find it again, or new ones.
func (s *apiServer) settle() error {
	before, err := clientcmd.LoadFromFile(s.kubeconfig())
	if errors.Is(err, os.ErrNotExist) {
		s.token = rand.Text()
		s.port, err = freePort()
		return err
	}
	if err != nil {
		return err
	}
	address, err := url.Parse(before.Clusters["test"].Server)
	if err != nil {
		return err
	}
	s.token = before.AuthInfos["admin"].Token
	s.port, err = strconv.Atoi(address.Port())
	return err
}

// run serves until it fails.
func (s apiServer) run() error {
	key := filepath.Join(s.dir, "service-account.key")
	if _, err := os.Stat(key); err != nil {
		if err := writeServiceAccountKey(key); err != nil {
			return err
		}
	}
	tokens := filepath.Join(s.dir, "tokens.csv")
	if err := os.WriteFile(tokens, []byte(s.token+",admin,admin,system:masters\n"), 0o600); err != nil {
		return err
	}
	command := app.NewAPIServerCommand()
	command.SetArgs([]string{
		"--etcd-servers=" + s.etcd,
		fmt.Sprintf("--secure-port=%d", s.port),
		"--bind-address=127.0.0.1",
		"--advertise-address=127.0.0.1",
		"--endpoint-reconciler-type=none",
		"--cert-dir=" + s.certDir(),
		"--service-account-key-file=" + key,
		"--service-account-signing-key-file=" + key,
		"--service-account-issuer=https://kubernetes.default.svc",
		"--service-cluster-ip-range=10.0.0.0/24",
		"--token-auth-file=" + tokens,
		"--authorization-mode=RBAC",
		"--disable-admission-plugins=ServiceAccount",
	})
	return fmt.Errorf("kube-apiserver ended: %w", command.Execute())
}

func (s apiServer) certDir() string { return filepath.Join(s.dir, "certs") }

func (s apiServer) kubeconfig() string { return filepath.Join(s.dir, "kubeconfig") }

// announce waits until the API server is ready, and writes kubeconfig and marker.
func (s apiServer) announce() error {
	ctx, cancel := context.WithTimeout(context.Background(), startDeadline)
	defer cancel()
	var authority []byte
	if err := until(ctx, func() (err error) {
		authority, err = os.ReadFile(filepath.Join(s.certDir(), "apiserver.crt"))
		return err
	}); err != nil {
		return err
	}
	config := rest.Config{
		Host:            fmt.Sprintf("https://127.0.0.1:%d", s.port),
		BearerToken:     s.token,
		TLSClientConfig: rest.TLSClientConfig{CAData: authority},
	}
	client, err := rest.HTTPClientFor(&config)
	if err != nil {
		return err
	}
	if err := until(ctx, func() error { return ready(client, config.Host) }); err != nil {
		return err
	}
	if err := writeKubeconfig(s.kubeconfig(), &config); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(s.dir, "ready"), nil, 0o600)
}

// until tries again until there is no error; the last error is the one to tell.
func until(ctx context.Context, try func() error) error {
	var last error
	err := wait.PollUntilContextCancel(ctx, 50*time.Millisecond, true, func(context.Context) (bool, error) {
		last = try()
		return last == nil, nil
	})
	if err != nil {
		return fmt.Errorf("kube-apiserver is not ready: %w", last)
	}
	return nil
}

func ready(client *http.Client, host string) error {
	response, err := client.Get(host + "/readyz")
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("/readyz answers %s", response.Status)
	}
	return nil
}

func writeKubeconfig(path string, config *rest.Config) error {
	return clientcmd.WriteToFile(api.Config{
		Clusters: map[string]*api.Cluster{
			"test": {Server: config.Host, CertificateAuthorityData: config.CAData},
		},
		AuthInfos:      map[string]*api.AuthInfo{"admin": {Token: config.BearerToken}},
		Contexts:       map[string]*api.Context{"test": {Cluster: "test", AuthInfo: "admin"}},
		CurrentContext: "test",
	}, path)
}

func writeServiceAccountKey(path string) error {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return err
	}
	block := &pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}
	return os.WriteFile(path, pem.EncodeToMemory(block), 0o600)
}

func freePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().(*net.TCPAddr).Port, nil
}
